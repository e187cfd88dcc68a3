import { describe, expect, it } from 'vitest'
import { around, bounded, nextZoom, pageAt, stack } from './layout'

const a4 = { width: 1440, height: 2036 }
describe('pages under each other', () => {
  const l = stack([a4, a4, { width: 2000, height: 1000 }], 360)
  it('keep their shape', () => {
    expect(l.heights).toEqual([509, 509, 180])
    expect(l.tops).toEqual([0, 521, 1042])
    expect(l.total).toBe(1222)
  })
  it('are found by a point', () => {
    expect([-5, 0, 520, 521, 1041, 1042, 9999].map((y) => pageAt(l, y))).toEqual([0, 0, 0, 1, 1, 2, 2])
  })
  it('are drawn only near the window', () => {
    const long = stack(Array.from({ length: 2000 }, () => a4), 360)
    expect(around(long, 521 * 1000, 800)).toEqual([998, 999, 1000, 1001, 1002, 1003])
    expect(around(stack([], 360), 0, 800)).toEqual([])
  })
})
describe('zoom', () => {
  it('goes by steps and stays within bounds', () => {
    expect([nextZoom(1, 1), nextZoom(3, 1), nextZoom(1.5, -1), nextZoom(1, -1), nextZoom(1.3, 1)]).toEqual([1.25, 3, 1.25, 1, 1.5])
    expect([bounded(0.4), bounded(9), bounded(2)]).toEqual([1, 3, 2])
  })
})
