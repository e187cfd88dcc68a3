import { expect, test } from 'vitest'
import type { Booking, BookingSlot } from '@zhizhou/sdk'
import { byDay, current, outcome, when } from './days'

const at = (text: string) => Date.parse(`${text}+08:00`)
const slot = (id: number, from: string) => ({ id, starts_at: at(from), ends_at: at(from) + 3600_000, place: '', places: 1, left: 1, open: true }) as BookingSlot

test('slots are grouped by the day of China', () => {
  const days = byDay([slot(1, '2027-03-06T00:30'), slot(2, '2027-03-06T23:30'), slot(3, '2027-03-07T00:10')])
  expect(days.map((d) => [d.key, d.slots.map((s) => s.id)])).toEqual([['2027-03-06', [1, 2]], ['2027-03-07', [3]]])
})

test('a time is told with its weekday, by the clock of China', () => {
  expect(when(slot(1, '2027-03-06T10:00'), at('2027-01-01T00:00'))).toBe('3 月 6 日 周六 10:00–11:00')
})

test('what is over is told as what it became', () => {
  const b = { state: 'booked', ended_by: '', ends_at: 100 } as Booking
  expect([current(b, 99), current(b, 100), current({ ...b, state: 'attended' }, 99)]).toEqual([true, false, false])
  expect([outcome(b), outcome({ ...b, state: 'absent' }), outcome({ ...b, state: 'cancelled', ended_by: 'full' })]).toEqual(['等老师登记', '缺席', '没等到名额'])
})
