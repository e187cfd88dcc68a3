import { call } from '@/app/api'
import { moment } from '@/app/format'
import type { CommissionMove, PayeeRow } from '@/app/types'
import { cell } from '@/features/code/export'

const plain = (fen: number) => (fen / 100).toFixed(2)
const file = (rows: string[][]) => '\ufeff' + rows.map((r) => r.map(cell).join(',')).join('\r\n') + '\r\n'
/** Digits that a spreadsheet must not take for a number. */
const exact = (digits: string) => (digits ? `${digits}\t` : '')

/** The moves of accounts as CSV. */
export const statementCSV = (rows: CommissionMove[]) =>
  file([['时间', '学员', '事项', '说明', '冻结', '可提现', '提现中', '已提现'], ...rows.map((m) => [moment(m.at), exact(String(m.user_id)), m.kind_label, m.title, plain(m.held_fen), plain(m.available_fen), plain(m.frozen_fen), plain(m.withdrawn_fen)])])

/** Who was paid what, as the tax office asks for it, as CSV. */
export const payeeCSV = (rows: PayeeRow[]) => file([['姓名', '身份证号', '笔数', '金额（元）', '学员'], ...rows.map((p) => [p.name, exact(p.number), String(p.times), plain(p.paid_fen), exact(String(p.user_id))])])

/** Every row of a growing list; `last` tells where the next page starts. */
async function every<T>(page: (after: number) => Promise<T[]>, last: (row: T) => number): Promise<T[]> {
  const all: T[] = []
  for (;;) {
    const rows = await page(all.length ? last(all[all.length - 1]) : 0)
    if (!rows.length) return all
    all.push(...rows)
  }
}

export const allMoves = (from: number, until: number) => every(async (after) => (await call('commissionStatement', { query: { from, until, after } })).items, (m) => m.id)
export const allPayees = (from: number, until: number, reason: string) => every(async (after) => (await call('payeeReport', { body: { from, until, after, reason } })).items, (p) => p.id)
