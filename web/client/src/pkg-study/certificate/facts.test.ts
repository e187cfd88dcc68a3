import { describe, expect, it } from 'vitest'
import { score, spoken, studied, summary } from './facts'

describe('what a certificate states', () => {
  it('says study time in hours and minutes', () => {
    expect([0, 59, 60, 286].map(studied)).toEqual(['0 分钟', '59 分钟', '1 小时', '4 小时 46 分'])
  })
  it('says a score in points, or nothing', () => {
    expect([-1, 0, 925, 1000].map(score)).toEqual(['', '0 分', '92.5 分', '100 分'])
  })
  it('leaves out a score that was not asked for', () => {
    expect(summary({ lessons: 3, minutes: 61, score_permille: -1, started_at: 0, finished_at: 0 })).toBe('学完 3 课时 · 学习 1 小时 1 分')
  })
  it('groups a code', () => {
    expect(spoken('ZZMRX9AKASXCMZ')).toBe('ZZ MRX9 AKAS XCMZ')
  })
})
