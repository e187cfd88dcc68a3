import { describe, expect, it } from 'vitest'
import type { TaxLine } from '@/app/types'
import { balanceOf, brokenText, isMonth, monthOf, monthPlus, plainYuan, taxCSV, taxSum, totals } from './ledger'

describe('the trial balance', () => {
  it('names the side of a balance, and none when it is even', () => {
    expect(balanceOf({ debit_fen: 500, credit_fen: 200 })).toEqual({ side: '借', fen: 300 })
    expect(balanceOf({ debit_fen: 0, credit_fen: 19900 })).toEqual({ side: '贷', fen: 19900 })
    expect(balanceOf({ debit_fen: 7, credit_fen: 7 })).toEqual({ side: '', fen: 0 })
  })
  it('adds up both sides', () => {
    const row = { account: 'a', label: 'a' }
    expect(totals([{ ...row, debit_fen: 1, credit_fen: 2 }, { ...row, debit_fen: 10, credit_fen: 20 }])).toEqual({ debit_fen: 11, credit_fen: 22 })
    expect(totals([])).toEqual({ debit_fen: 0, credit_fen: 0 })
  })
  it('says in words which seal does not hold', () => {
    expect(brokenText('ledger seal 12')).toContain('第 12 道封存')
    expect(brokenText('3 ledger transactions without a seal')).toBe('3 笔账目没有封存')
    expect(brokenText('else')).toBe('else')
  })
})

describe('months', () => {
  it('begin by the clock of China', () => expect(monthOf(Date.UTC(2026, 9, 31, 16, 0))).toBe('2026-11'))
  it('step over the year', () => {
    expect(monthPlus('2026-12', 1)).toBe('2027-01')
    expect(monthPlus('2026-01', -1)).toBe('2025-12')
    expect(monthPlus('2026-11', 0)).toBe('2026-11')
  })
  it('are refused when they are none', () => {
    expect(isMonth('2026-11')).toBe(true)
    for (const no of ['', '2026-13', '2026-1', '26-11']) expect(isMonth(no)).toBe(false)
  })
})

describe('the month’s CSV', () => {
  const rows: TaxLine[] = [
    { category: 'digital_service', label: '数字内容服务', rate_percent: 6, orders: 2, gross_fen: 29800, refund_fen: 9900, net_fen: 19900, tax_fen: 1126 },
    { category: 'book', label: '图书, 纸本', rate_percent: 9, orders: 1, gross_fen: 0, refund_fen: 105, net_fen: -105, tax_fen: -9 },
  ]
  it('begins with the mark and ends with the sums', () => {
    const text = taxCSV('2026-11', rows)
    expect(text.charCodeAt(0)).toBe(0xfeff)
    const lines = text.slice(1).trim().split('\r\n')
    expect(lines).toHaveLength(4)
    expect(lines[1]).toBe('2026-11,数字内容服务,6%,2,298.00,99.00,199.00,11.26,187.74')
    expect(lines[2]).toBe('2026-11,"图书, 纸本",9%,1,0.00,1.05,-1.05,-0.09,-0.96')
    expect(lines[3]).toBe('2026-11,合计,,,298.00,100.05,197.95,11.17,186.78')
  })
  it('adds up every column', () => expect(taxSum(rows)).toEqual({ gross_fen: 29800, refund_fen: 10005, net_fen: 19795, tax_fen: 1117 }))
  it('writes amounts that a spreadsheet can add up', () => {
    expect(plainYuan(123456789)).toBe('1234567.89')
    expect(plainYuan(-5)).toBe('-0.05')
  })
})
