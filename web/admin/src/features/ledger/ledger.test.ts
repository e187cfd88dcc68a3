import { describe, expect, it } from 'vitest'
import type { TaxLine } from '@/app/types'
import { balanceOf, brokenText, isMonth, monthOf, monthPlus, monthSpan, taxSum, totals } from './ledger'

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

describe('the month’s tax', () => {
  const row: TaxLine = { rate_bps: 600, booked: true, lines: 2, sold_fen: 29800, refund_fen: 9900, net_fen: 19900, tax_fen: 1126 }
  it('adds up every column', () =>
    expect(taxSum([row, { ...row, sold_fen: 0, refund_fen: 105, net_fen: -105, tax_fen: -9 }])).toEqual({ sold_fen: 29800, refund_fen: 10005, net_fen: 19795, tax_fen: 1117 }))
  it('begins and ends at midnight in China', () => {
    expect(monthSpan('2026-12')).toEqual({ from: Date.UTC(2026, 10, 30, 16), to: Date.UTC(2026, 11, 31, 16) })
  })
})
