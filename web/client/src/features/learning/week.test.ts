import { describe, expect, it } from 'vitest'
import { weekBars } from './week'

// Eight in the evening before, by UTC.
const now = Date.UTC(2026, 10, 19, 20)
const week = ['2026-11-18', '2026-11-19', '2026-11-20'].map((day, i) => ({ day, studied_ms: [600_000, 3_000_000, 20_000][i] }))

describe('the week in bars', () => {
  it('names days, today and the best one', () => {
    const { bars, best, totalMs } = weekBars(week, now)
    expect(bars.map((b) => b.label)).toEqual(['三', '四', '今天'])
    expect(bars.map((b) => b.minutes)).toEqual([10, 50, 1])
    expect(best).toBe('周四')
    expect(totalMs).toBe(3_620_000)
  })
  it('starts every bar at zero and the tallest fills the frame', () => {
    const { bars } = weekBars(week, now)
    expect(bars[1].share).toBe(72)
    expect(bars[0].share).toBeCloseTo(14.4)
  })
  it('a week without study has no best day', () => {
    const empty = weekBars(week.map((d) => ({ ...d, studied_ms: 0 })), now)
    expect(empty.best).toBe('')
    expect(empty.bars.every((b) => b.share === 0 && b.minutes === 0)).toBe(true)
  })
})
