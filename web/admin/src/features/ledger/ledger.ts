import { date, dayStart } from '@/app/format'
import type { Balance, TaxLine } from '@/app/types'

/** The balance of an account: on which side, and how much; '' when it is even. */
export function balanceOf(b: { debit_fen: number; credit_fen: number }): { side: '借' | '贷' | ''; fen: number } {
  const fen = b.debit_fen - b.credit_fen
  return { side: fen > 0 ? '借' : fen < 0 ? '贷' : '', fen: Math.abs(fen) }
}
/** Debits and credits of all accounts. */
export const totals = (rows: Balance[]) =>
  rows.reduce((t, r) => ({ debit_fen: t.debit_fen + r.debit_fen, credit_fen: t.credit_fen + r.credit_fen }), { debit_fen: 0, credit_fen: 0 })

/** A seal that does not hold, in words; what is not known is shown as it came. */
export function brokenText(text: string): string {
  const seal = /^ledger seal (\d+)$/.exec(text)
  if (seal) return `第 ${seal[1]} 道封存与账目不符：封存之后有人改过这些账目`
  const free = /^(\d+) ledger transactions without a seal$/.exec(text)
  return free ? `${free[1]} 笔账目没有封存` : text
}

const two = (n: number) => String(n).padStart(2, '0')
/** The month that it is in China, `2026-11`. */
export const monthOf = (now: number) => date(now).slice(0, 7)
/** Whether a text is a month as the server takes it. */
export const isMonth = (text: string) => /^20\d{2}-(0[1-9]|1[0-2])$/.test(text)
/** The month `by` months later. */
export function monthPlus(month: string, by: number): string {
  const [y, m] = month.split('-').map(Number)
  const n = y * 12 + m - 1 + by
  return `${Math.floor(n / 12)}-${two((n % 12) + 1)}`
}

/** China's midnight at which a month begins and ends, ms. */
export const monthSpan = (month: string) => ({ from: dayStart(`${month}-01`), to: dayStart(`${monthPlus(month, 1)}-01`) })

export type TaxSum = Pick<TaxLine, 'sold_fen' | 'refund_fen' | 'net_fen' | 'tax_fen'>
/** The sums of a month over its rates. */
export const taxSum = (rows: TaxLine[]): TaxSum =>
  rows.reduce(
    (t, r) => ({ sold_fen: t.sold_fen + r.sold_fen, refund_fen: t.refund_fen + r.refund_fen, net_fen: t.net_fen + r.net_fen, tax_fen: t.tax_fen + r.tax_fen }),
    { sold_fen: 0, refund_fen: 0, net_fen: 0, tax_fen: 0 },
  )
