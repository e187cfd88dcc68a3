import { expect, it } from 'vitest'
import { chinaClock, chinaDate, chinaMoment, chinaTime } from './time'

it('reads a moment by China, whatever the zone of the machine', () => {
  const newYear = Date.UTC(2026, 11, 31, 16, 0) // midnight in China
  expect([chinaDate(newYear), chinaClock(newYear)]).toEqual(['2027-01-01', '00:00'])
  expect([chinaDate(newYear - 1), chinaClock(newYear - 1)]).toEqual(['2026-12-31', '23:59'])
  expect(chinaTime(newYear)).toEqual({ year: 2027, month: 1, day: 1, hour: 0, minute: 0, weekday: 5 })
  expect(chinaMoment(2027, 1, 1)).toBe(newYear)
  expect(chinaDate(chinaMoment(2024, 2, 29, 23, 59))).toBe('2024-02-29')
})
