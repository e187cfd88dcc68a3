import { expect, it } from 'vitest'
import { lastDays } from './signIn'

it('shows a week up to today, across the end of a month', () => {
  const week = lastDays({ today: 20261202, days: [{ day: 20261130, made_up: true, points: 0 }, { day: 20261201, made_up: false, points: 5 }] })
  expect(week.map((d) => d.day)).toEqual([20261126, 20261127, 20261128, 20261129, 20261130, 20261201, 20261202])
  expect(week.filter((d) => d.done).map((d) => [d.day, d.madeUp])).toEqual([[20261130, true], [20261201, false]])
  expect(week[6]).toMatchObject({ today: true, done: false, text: '周三' })
})
