import { describe, expect, it } from 'vitest'
import { coming, headline, rate, river, span } from './words'

const home = (no: number, done: number[], reached: number[] = [], days = 28) => ({
  no, total: done.length, checked_in: done.includes(no), days: done.map((n) => ({ no: n, day: 0, made_up: n === 5, state: 'bare' as const, reason: '', at: 0 })),
  reached: reached.map((day) => ({ day, title: '', check_ins: 0, reached_at: 0 })),
  class: { days, marks: [7, 14, 21, 28].filter((d) => d <= days).map((day) => ({ day, need: day - 3, title: `${day}` })) } as never,
})

describe('a challenge in words', () => {
  it('tells where one is', () => {
    expect(headline(home(0, []))).toEqual(['明天出发'])
    expect(headline(home(-3, []))).toEqual(['还有 4 天出发'])
    expect(headline(home(19, [], [7, 14])).join('')).toBe('第 19 天，离第三个渡口还有 2 天')
    expect(headline(home(21, [], [7, 14])).join('')).toContain('就在今天')
    expect(headline(home(29, [1, 2]))).toEqual(['28 天走完了', '一共打卡 2 天'])
    expect(coming(home(19, [1, 2, 22], [7]))).toMatchObject({ day: 21, done: 2 })
    expect(coming(home(28, [], [28]))).toBeNull()
    expect(rate(967)).toBe('96.7%')
    expect(rate(1000)).toBe('100%')
    expect(span({ mode: 'dates', starts_on: 20261102, ends_on: 20261129, days: 28 })).toBe('28 天 · 11 月 2 日 至 11 月 29 日')
  })
  it('is a river of weeks', () => {
    const rows = river(home(19, [1, 2, 3, 4, 5, 6], [7]))
    expect(rows.map((r) => r.back)).toEqual([false, true, false, true])
    expect(rows.map((r) => r.past)).toEqual([true, true, false, false])
    expect(rows[0].stops.map((s) => s.kind)).toEqual(['done', 'done', 'done', 'done', 'made', 'done', 'missed'])
    expect(rows[0].stops[6].mark).toBe('reached')
    expect(rows[2].stops[4].kind).toBe('today')
    expect(rows[2].stops[6].mark).toBe('next')
    expect(rows[3].width).toBe(0)
    expect(river(home(3, [], [], 10)).map((r) => r.stops.length)).toEqual([7, 3])
    const long = river(home(60, [], [], 100))
    expect(long.length).toBe(5)
    expect(long.some((r) => r.stops.some((s) => s.kind === 'today'))).toBe(true)
  })
})
