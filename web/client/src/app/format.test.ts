import { describe, expect, it } from 'vitest'
import { chinaMoment } from '@zhizhou/sdk'
import { clock, count, day, hanNumber, hourMinute, lastDay, left, minutes, moment, offerNote, period, size, span, yuan } from './format'

describe('money', () => {
  it.each([[0, '¥0.00'], [5, '¥0.05'], [16900, '¥169.00'], [-3000, '−¥30.00'], [123456789, '¥1,234,567.89'], [100000, '¥1,000.00']])('%d fen reads %s', (fen, text) => {
    expect(yuan(fen)).toBe(text)
  })
})

describe('time', () => {
  it.each([[0, '00:00'], [380_000, '06:20'], [3_729_000, '1:02:09'], [-5, '00:00']])('position %d ms reads %s', (ms, text) => {
    expect(clock(ms)).toBe(text)
  })
  it.each([[45_000, '45 秒'], [740_000, '12 分 20 秒'], [720_000, '12 分钟'], [22_320_000, '6 小时 12 分'], [7_200_000, '2 小时']])('length %d ms reads %s', (ms, text) => {
    expect(span(ms)).toBe(text)
  })
  it('never rounds real study down to nothing', () => {
    expect(minutes(20_000)).toBe('1 分钟')
    expect(minutes(0)).toBe('0 分钟')
    expect(minutes(5_400_000)).toBe('1 小时 30 分')
  })
  it('names the year only when it is another one', () => {
    const now = chinaMoment(2026, 11, 20)
    expect(day(chinaMoment(2026, 11, 22), now)).toBe('11 月 22 日')
    expect(day(chinaMoment(2027, 1, 3), now)).toBe('2027 年 1 月 3 日')
  })
  it("is China's, wherever the reader is", () => {
    const at = Date.UTC(2026, 11, 31, 16, 5)
    expect([moment(at), hourMinute(at), day(at, at - 600_000)]).toEqual(['2027-01-01 00:05', '00:05', '2027 年 1 月 1 日'])
  })
  it('names the last day on which something is usable, in China', () => {
    const now = Date.parse('2026-11-20T12:00:00+08:00')
    expect(lastDay(Date.parse('2026-11-28T00:00:00+08:00'), now)).toBe('11 月 27 日')
    expect(lastDay(Date.parse('2026-11-28T00:00:01+08:00'), now)).toBe('11 月 28 日')
    expect(lastDay(Date.parse('2027-01-01T00:00:00+08:00'), now)).toBe('12 月 31 日')
    expect(lastDay(Date.parse('2027-02-01T00:00:00+08:00'), now)).toBe('2027 年 1 月 31 日')
  })
})

describe('words', () => {
  it.each([[1, '一'], [10, '十'], [12, '十二'], [20, '二十'], [35, '三十五'], [100, '100']])('%d is written %s', (n, text) => {
    expect(hanNumber(n)).toBe(text)
  })
  it('counts, sizes and periods', () => {
    expect(count(12480)).toBe('12,480')
    expect(size(345678)).toBe('338 KB')
    expect(size(3 << 20)).toBe('3.0 MB')
    expect(size(10)).toBe('1 KB')
    const term = { period_days: 0, period_months: 0, until_at: 0 }
    expect(period(term)).toBe('长期有效')
    expect(period({ ...term, period_days: 365 })).toBe('365 天有效')
    expect(period({ ...term, period_months: 12 })).toBe('12 个月有效')
    expect(period({ ...term, until_at: new Date(2026, 10, 20).getTime() }, new Date(2026, 0, 1).getTime())).toBe('11 月 20 日前有效')
    expect(offerNote('长期有效', term, '沈牧之')).toBe('长期有效 · 沈牧之')
    expect(offerNote('年卡', { ...term, period_months: 12 })).toBe('年卡 · 12 个月有效')
    expect([left(2 * 86400000 + 3 * 3600000), left(3 * 3600000 + 12 * 60000), left(12 * 60000), left(59_000), left(-1)]).toEqual(['2 天 3 小时', '3 小时 12 分', '12 分钟', '不到 1 分钟', '不到 1 分钟'])
  })
})
