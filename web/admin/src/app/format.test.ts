import { describe, expect, it } from 'vitest'
import { bytes, clock, left, parseYuan, parseZhe, time, yuan, yuanInput, yuanProblem, zhe } from './format'

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
  it('adds the year only when it differs', () => {
    const now = new Date(2026, 10, 20, 12).getTime()
    expect(time(new Date(2026, 10, 20, 9, 32).getTime(), now)).toBe('11-20 09:32')
    expect(time(new Date(2025, 0, 2, 3, 4).getTime(), now)).toBe('2025-01-02 03:04')
    expect(time(0, now)).toBe('—')
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
