import { describe, expect, it } from 'vitest'
import { askedOn, behind, coming, depositWords, headline, over, rate, reachedWords, river, span, stage } from './words'

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)
const home = (no: number, done: number[], reached: number[] = [], days = 28) => ({
  missed: [] as number[], cards: 0, first_day: 20261102, no, total: done.length, checked_in: done.includes(no), days: done.map((n) => ({ no: n, day: 0, made_up: n === 5, state: 'bare' as const, reason: '', at: 0 })),
  reached: reached.map((day) => ({ day, title: '', check_ins: 0, reached_at: 0 })),
  class: { days, marks: [7, 14, 21, 28].filter((d) => d <= days).map((day) => ({ day, need: day - 3, title: `${day}` })) } as never,
})
const cancelled = <H extends ReturnType<typeof home>>(h: H) => ({ ...h, class: { ...(h.class as object), state: 'cancelled' } as never })

describe('a challenge in words', () => {
  it('tells where one is', () => {
    expect(headline(home(0, []))).toEqual(['明天出发'])
    expect(headline(home(-3, []))).toEqual(['还有 4 天出发'])
    expect(headline(home(19, upTo(18), [7, 14])).join('')).toBe('第 19 天，离第三个渡口还有 2 天')
    expect(headline(home(21, upTo(20), [7, 14])).join('')).toContain('就在今天')
    expect(headline(home(29, [1, 2]))).toEqual(['28 天走完了，', '一共打卡 2 天'])
    expect(coming(home(19, upTo(16), [7, 14]))).toMatchObject({ day: 21, done: 16 })
    expect(coming(home(28, [], [28]))).toBeNull()
    expect(rate(967)).toBe('96.7%')
    expect(rate(1000)).toBe('100%')
    expect(span({ mode: 'dates', starts_on: 20261102, ends_on: 20261129, days: 28 })).toBe('28 天 · 11 月 2 日 至 11 月 29 日')
  })
  it('says honestly what can be reached', () => {
    const late = home(18, [1, 2]) // marks ask for 4, 11, 18 and 25 days
    expect([coming(late), behind(late)]).toEqual([null, '第 7、14、21、28 天的里程碑已经来不及：打卡的天数凑不够了，照常打卡仍然计入'])
    expect(headline(late)).toEqual(['第 18 天'])
    const some = { ...home(8, [1, 2, 3]), missed: [20261105, 20261106], cards: 3 }
    expect(coming(some)?.day).toBe(14)
    expect(behind(some)).toBe('补上 1 天，还能得到第 7 天的里程碑')
    expect(behind({ ...some, cards: 0 })).toContain('第 7、14、21、28 天的里程碑已经来不及')
    expect(behind(home(1, []))).toBe('')
  })
  it('knows the end', () => {
    const end = home(8, [1, 2, 3], [], 7)
    expect([over(home(7, [], [], 7)), over(end), over(cancelled(home(3, [])))]).toEqual([false, true, true])
    expect(behind(end)).toBe('第 7 天的里程碑没有得到：打卡的天数不够')
    expect(behind({ ...end, missed: [20261105], cards: 1 })).toBe('补上 1 天，还能得到第 7 天的里程碑')
    expect([behind(cancelled(home(18, [1]))), coming(cancelled(home(1, []))), headline(cancelled(home(0, [])))]).toEqual(['', null, ['这个班取消了']])
    expect([reachedWords(home(29, [], [7, 14])), reachedWords(end)]).toEqual(['到达 2 个里程碑，共 4 个', ''])
  })
  it('asks for a check-in only where there can be one', () => {
    const end = { ...home(8, [1, 2], [], 7), missed: [20261106] }
    end.days[0].day = 20261102
    expect([stage(home(3, []), 0), stage(home(3, [3]), 0), stage(home(0, []), 0), stage(end, 0), stage(cancelled(home(3, [])), 0)]).toEqual(['form', 'done', 'early', 'over', 'cancelled'])
    expect([stage(end, 20261106), stage(end, 20261102), stage(end, 20261105), stage(cancelled(end), 20261105)]).toEqual(['form', 'done', 'late', 'cancelled'])
  })
  it('knows what a missed day asked', () => {
    const h = { missed: [20261105, 20261106], asked: [{ title: '改一封邮件' }, { title: '写一封道歉信' }] as never }
    expect([askedOn(h, 20261106)?.title, askedOn(h, 20261107)]).toEqual(['写一封道歉信', undefined])
  })
  it('promises of a deposit only what can be had', () => {
    expect(depositWords({ mode: 'rolling', starts_on: 0, return_need: 18 })).not.toContain('前退出、')
    expect(depositWords({ mode: 'dates', starts_on: 20261201, return_need: 18 })).toContain('12 月 1 日前退出、班被取消也退还')
  })
  it('is a river of weeks', () => {
    const rows = river(home(19, [...upTo(6), ...upTo(18).slice(7)], [7]))
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
