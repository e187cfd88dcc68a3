import { describe, expect, it } from 'vitest'
import { bytes, chinaDay, clock, date, dayEnd, dayStart, hour, left, moment, parseTime, parseYuan, parseZhe, time, timeInput, yuan, yuanInput, yuanProblem, zhe } from './format'

describe('money', () => {
  it('shows fen with commas, two decimals and a real minus', () => {
    expect(yuan(48621000)).toBe('¥486,210.00')
    expect(yuan(5)).toBe('¥0.05')
    expect(yuan(-3000)).toBe('−¥30.00')
  })
  it('reads yuan exactly, without floating point', () => {
    expect(parseYuan('199')).toBe(19900)
    expect(parseYuan('19.9')).toBe(1990)
    expect(parseYuan('¥1,299.29')).toBe(129929)
    expect(parseYuan('0')).toBe(0)
  })
  it('refuses what is not an amount', () => {
    for (const bad of ['', '-1', '1.234', 'abc', '1.', '1e3']) expect(parseYuan(bad)).toBeNull()
  })
  it('says what is wrong with an amount: nothing, no amount, or its size', () => {
    expect(yuanProblem(' ')).toBe('请填写金额')
    expect(yuanProblem('1.999')).toBe('请填写金额，最多两位小数')
    expect(yuanProblem('123456789')).toBe('金额太大，最多 ¥99,999.99')
    expect(yuanProblem('0', 1)).toBe('最少 ¥0.01')
    expect(yuanProblem('99999.99')).toBe('')
  })
  it('reads and shows discounts in 折', () => {
    expect([zhe(850), zhe(800), zhe(855)]).toEqual(['8.5', '8', '8.55'])
    expect(['8.5', '8.5 折', '8', '10', '0.01'].map(parseZhe)).toEqual([850, 850, 800, 1000, 1])
    expect(['', '0', '10.1', '85', '8.555', 'x'].map(parseZhe)).toEqual([null, null, null, null, null, null])
  })
  it('an amount survives the input field', () => {
    for (const fen of [0, 1, 99, 100, 1250, 19900, 9999999]) expect(parseYuan(yuanInput(fen))).toBe(fen)
  })
})

describe('times and sizes', () => {
  const at = Date.UTC(2026, 10, 20, 1, 32, 7) // 09:32 in China, the evening before in New York
  it('are China\'s, whatever zone the browser is in', () => {
    expect(new Date(at).getHours()).toBe(20) // this very run is far away
    expect(time(at, at)).toBe('11-20 09:32')
    expect([moment(at), hour(at), date(at)]).toEqual(['2026-11-20 09:32:07', '09:32', '2026-11-20'])
    expect([chinaDay(at), chinaDay(at, 1)]).toEqual(['2026-11-20', '2026-11-19'])
    expect([dayStart('2026-11-20'), dayEnd('2026-11-20')]).toEqual([Date.UTC(2026, 10, 19, 16), Date.UTC(2026, 10, 20, 16)])
    expect([moment(0), dayStart(''), dayEnd('x')]).toEqual(['', 0, 0])
  })
  it('adds the year only when it differs, by China\'s new year', () => {
    expect(time(Date.UTC(2025, 0, 1, 19, 4), at)).toBe('2025-01-02 03:04')
    expect(time(Date.UTC(2026, 11, 31, 16, 1), Date.UTC(2026, 11, 31, 16, 5))).toBe('01-01 00:01')
    expect(time(0, at)).toBe('—')
  })
  it('survive an input of date and time', () => {
    const minute = at - (at % 60_000)
    expect(timeInput(minute)).toBe('2026-11-20T09:32')
    expect(parseTime(timeInput(minute))).toBe(minute)
    expect([timeInput(0), parseTime(''), parseTime('2026-13-01T00:00')]).toEqual(['', 0, 0])
  })
  it('durations, time left, sizes', () => {
    expect(clock(1072000)).toBe('17:52')
    expect(clock(3723000)).toBe('1:02:03')
    expect(left(54)).toBe('54 秒')
    expect(left(4800)).toBe('1 小时 20 分')
    expect(bytes(764_000_000)).toBe('764 MB')
    expect(bytes(8_400_000)).toBe('8.4 MB')
    expect(bytes(792_000)).toBe('792 KB')
    expect(bytes(1_240_000_000)).toBe('1.2 GB')
  })
})
