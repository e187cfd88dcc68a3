import { describe, expect, it } from 'vitest'
import { runningOn, weeksOf } from './calendar'

const at = (m: number, d: number, h = 0) => Date.UTC(2026, m - 1, d, h - 8)

describe('the month', () => {
  it('begins on Monday and is filled up to whole weeks', () => {
    const weeks = weeksOf('2026-11') // November 2026 begins on a Sunday
    expect(weeks).toHaveLength(6)
    expect(weeks.every((w) => w.length === 7)).toBe(true)
    expect([weeks[0][0].at, weeks[0][6].at]).toEqual([at(10, 26), at(11, 1)])
    expect([weeks[0][5].inMonth, weeks[0][6].inMonth]).toEqual([false, true])
  })
  it('passes the turn of the year', () => {
    const weeks = weeksOf('2026-12')
    expect(weeks[weeks.length - 1][6].at).toBe(Date.UTC(2027, 0, 2, 16))
  })
})

describe('what runs on a day', () => {
  const row = { starts_at: at(11, 20, 10), ends_at: at(11, 22) }
  it('counts the first and the last day, not the one on which it is over', () => {
    expect([19, 20, 21, 22].map((d) => runningOn([row], at(11, d)).length)).toEqual([0, 1, 1, 0])
  })
})
