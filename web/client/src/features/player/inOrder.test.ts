import { describe, expect, it } from 'vitest'
import { InOrder, rates } from './inOrder'

const progress = (reach_ms: number, finished = false) => ({ reach_ms, finished, percent: 0, covered_ms: 0, position_ms: 0 })

describe('a first viewing in order', () => {
  it('goes back and plays on, but not ahead', () => {
    const o = new InOrder({ in_order: true, reach_ms: 10_000 })
    expect(o.allow(4000)).toBe(4000)
    expect(o.allow(11_500)).toBe(11_500)
    expect(o.allow(60_000)).toBe(10_000)
    o.played(11_800)
    o.played(300_000) // a leap is not playing
    expect(o.until).toBe(13_800)
  })
  it('follows the server when that lost what was played', () => {
    const o = new InOrder({ in_order: true, reach_ms: 0 })
    for (let ms = 0; ms <= 60_000; ms += 1000) o.played(ms)
    expect(o.counted(progress(40_000))).toBe(-1)
    expect(o.counted(progress(20_000))).toBe(20_000)
    expect(o.allow(60_000)).toBe(20_000)
  })
  it('is over when it is finished', () => {
    const o = new InOrder({ in_order: true, reach_ms: 0 })
    o.counted(progress(90_000, true))
    expect(o.allow(500_000)).toBe(500_000)
  })
  it('is not faster than 1.5', () => {
    expect(rates([0.75, 1, 1.5, 2], { in_order: true })).toEqual([0.75, 1, 1.5])
    expect(rates([1, 2], { in_order: false })).toEqual([1, 2])
  })
})
