import { call } from '@/app/api'
import { moment } from '@/app/format'
import type { Code, CodeBatch } from '@/app/types'

const states: Record<Code['state'], string> = { ready: '未使用', used: '已使用', revoked: '已作废' }

/** A cell as spreadsheets read it; one that they would take for a formula is made plain text. A number below zero is none. */
export function cell(text: string): string {
  const plain = /^[=+\-@\t\r＝＋－＠]/.test(text) && !/^-\d+(\.\d+)?$/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(plain) ? `"${plain.replace(/"/g, '""')}"` : plain
}

/** A code as it is printed: in groups of four. Reading it takes no account of hyphens. */
export const grouped = (code: string) => code.replace(/(.{4})(?=.)/g, '$1-')

/** The batch as CSV with a byte order mark, without which Excel takes UTF-8 for something else. */
export function csv(batch: CodeBatch, codes: Code[]): string {
  const rows = codes.map((c) => [grouped(c.code), states[c.state], moment(c.used_at), batch.title, moment(batch.expires_at)])
  return '\ufeff' + [['兑换码', '状态', '使用时间', '商品', '截止时间'], ...rows].map((r) => r.map(cell).join(',')).join('\r\n') + '\r\n'
}

/** Reads every code of a batch, page by page; `step` hears how many are here. Stops when `stopped` says so. */
export async function allCodes(batch: CodeBatch, step: (n: number) => void, stopped: () => boolean): Promise<Code[]> {
  const all: Code[] = []
  while (!stopped()) {
    const { items } = await call('codes', { path: { id: batch.id }, query: { after: all.length ? all[all.length - 1].id : undefined } })
    all.push(...items)
    step(all.length)
    if (!items.length || all.length >= batch.size) break
  }
  return all
}

/** Hands a text to the browser as a file. */
export function download(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  const a = document.createElement('a')
  a.href = url
  a.download = name.replace(/[\\/:*?"<>|]/g, '_')
  a.click()
  // The browser reads the blob after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
