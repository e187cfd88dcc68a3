import { expect, it } from 'vitest'
import type { Booked } from '@/app/types'
import { dayNumber, minuteOf, stateText, when } from './words'

it('tells a time by the calendar of China', () => {
  const at = Date.parse('2027-03-06T00:30:00+08:00')
  expect(when({ starts_at: at, ends_at: at + 3600_000 })).toBe('2027-03-06 周六 00:30–01:30')
})

it('reads what inputs write', () => {
  expect([dayNumber('2027-03-06'), dayNumber(''), minuteOf('10:30'), minuteOf('')]).toEqual([20270306, 0, 630, -1])
})

it('says who ended a booking', () => {
  expect([stateText({ state: 'absent', ended_by: '' } as Booked), stateText({ state: 'cancelled', ended_by: 'access' } as Booked)]).toEqual(['缺席', '课程到期或退款'])
})
