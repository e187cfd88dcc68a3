import { describe, expect, it } from 'vitest'
import { beside, best, finding, sum } from './revenue'

const days = (...fen: number[]) => fen.map((f, i) => ({ day: `2026-11-${String(i + 1).padStart(2, '0')}`, fen: f, received_fen: f, refunded_fen: 0 }))

describe('finding', () => {
  it('tells total, trend and peak', () => {
    expect(finding(days(1000, 1000, 2000, 1000))).toBe('近 4 天净收 ¥50.00；后 2 天比前 2 天多 50%；11 月 3 日最高，¥20.00。')
  })
  it('claims no trend when the first half earned nothing', () => {
    expect(finding(days(0, 0, 500, 0))).toBe('近 4 天净收 ¥5.00；11 月 3 日最高，¥5.00。')
  })
  it('says plainly that there was no revenue', () => {
    expect(finding(days(0, 0))).toBe('近 2 天还没有收入。')
    expect(best(days(0, -100))).toBeNull()
  })
  it('counts refunds as less revenue', () => {
    expect(sum(days(1000, -400))).toBe(600)
  })
})

describe('beside', () => {
  it('compares with yesterday', () => {
    expect(beside(5, 2, String)).toBe('较昨天 +3')
    expect(beside(1, 2, String)).toBe('较昨天 −1')
    expect(beside(2, 2, String)).toBe('与昨天持平')
  })
})
