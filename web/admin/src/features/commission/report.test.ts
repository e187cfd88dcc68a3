import { describe, expect, it } from 'vitest'
import { parsePercent, percent } from './labels'
import { payeeCSV } from './report'

describe('the report of who was paid', () => {
  it('keeps numbers as text and disarms formulas', () => {
    const text = payeeCSV([{ id: 1, user_id: 7, name: '=1+1', number: '11010519491231002X', times: 2, paid_fen: 123456 }])
    expect(text.startsWith('\ufeff姓名,')).toBe(true)
    expect(text).toContain("'=1+1,11010519491231002X\t,2,1234.56")
  })
})

describe('a rate', () => {
  it('is read in hundredths of a percent, up to a half', () => {
    expect([parsePercent('12.5'), parsePercent('50%'), parsePercent('0'), parsePercent('0.01')]).toEqual([1250, 5000, 0, 1])
    for (const bad of ['', '50.01', '100', '-1', '1.234', '.5']) expect(parsePercent(bad)).toBeNull()
    expect(percent(1250)).toBe('12.5')
  })
})
