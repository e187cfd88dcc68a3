import { expect, it } from 'vitest'
import { everyDay } from './daily'

it('has every local day, also over the end of a month', () => {
  const from = Date.UTC(2026, 9, 30) - 8 * 3_600_000
  const days = everyDay({ from, until: from + 4 * 86_400_000, days: [{ day: 20261101, shares: 3, visits: 2, joins: 1 }] })
  expect(days.map((d) => d.day)).toEqual([20261030, 20261031, 20261101, 20261102])
  expect(days.map((d) => d.shares)).toEqual([0, 0, 3, 0])
})
