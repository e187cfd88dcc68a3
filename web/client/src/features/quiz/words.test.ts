import { describe, expect, it } from 'vitest'
import type { Asked } from '@zhizhou/sdk'
import { answered, choose, countdown, moved, orderOf, paired, points, verdict, wordsOf } from './words'

const q = (kind: Asked['kind'], more: Partial<Asked> = {}): Asked => ({ no: 1, kind, stem_html: '', points: 1, options: ['甲', '乙', '丙'], matches: [], blanks: 0, score_centi: 0, ...more })

describe('replies', () => {
  it('count as answered only when something was said', () => {
    expect(answered(undefined)).toBe(false)
    expect(answered({})).toBe(false)
    expect(answered({ texts: ['', ' '] })).toBe(false)
    expect(answered({ order: [-1, -1] })).toBe(false)
    expect(answered({ truth: false })).toBe(true)
    expect(answered({ order: [-1, 0] })).toBe(true)
  })
  it('choose one, several, or right and wrong', () => {
    expect(choose(q('single'), { choices: [0] }, 2)).toEqual({ choices: [2] })
    expect(choose(q('multiple'), { choices: [2] }, 0)).toEqual({ choices: [0, 2] })
    expect(choose(q('multiple'), { choices: [0, 2] }, 0)).toEqual({ choices: [2] })
    expect(choose(q('judge'), {}, 1)).toEqual({ truth: false })
  })
  it('order and pair', () => {
    expect(orderOf(q('ordering'), {})).toEqual([0, 1, 2])
    expect(moved([0, 1, 2], 2, -1)).toEqual([0, 2, 1])
    expect(moved([0, 1, 2], 0, -1)).toEqual([0, 1, 2])
    expect(paired(q('matching'), {}, 1, 2)).toEqual([-1, 2, -1])
    expect(paired(q('matching'), { order: [2, -1, -1] }, 1, 2)).toEqual([-1, 2, -1])
  })
})

describe('words', () => {
  it('write points, time and answers', () => {
    expect(points(850)).toBe('8.5')
    expect(points(333)).toBe('3.33')
    expect(countdown(-5)).toBe('0:00')
    expect(countdown(61_200)).toBe('1:02')
    expect(countdown(3_725_000)).toBe('1:02:05')
    expect(wordsOf(q('matching', { matches: ['x', 'y'] }), { order: [1, -1, 0] })).toEqual(['甲 → y', '乙 → 未选', '丙 → x'])
    expect(wordsOf(q('ordering'), { order: [2, 0, 1] })).toEqual(['1. 丙', '2. 甲', '3. 乙'])
    expect(wordsOf(q('multiple'), { choices: [0, 2] })).toEqual(['A. 甲', 'C. 丙'])
  })
})

describe('what is said beside an option', () => {
  it('tells what was chosen, what was missed and what was right, in words', () => {
    const m = q('multiple')
    expect(verdict(m, true, true)).toEqual({ look: 'ok', words: ['你选了', '正确答案'] })
    expect(verdict(m, false, true)).toEqual({ look: 'miss', words: ['漏选', '正确答案'] })
    expect(verdict(m, true, false)).toEqual({ look: 'bad', words: ['你选了', '选错了'] })
    expect(verdict(m, false, false).words).toEqual([])
  })
  it('misses nothing where one answer is right, and says nothing before it is told', () => {
    expect(verdict(q('single'), false, true).words).toEqual(['正确答案'])
    expect(verdict(q('single'), true, null)).toEqual({ look: '', words: [] })
  })
})
