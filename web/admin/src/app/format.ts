/** ¥1,234.00 from fen; a negative amount has a minus sign (U+2212). */
export function yuan(fen: number): string {
  const abs = Math.abs(fen)
  const whole = Math.floor(abs / 100)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
  return `${fen < 0 ? '−' : ''}¥${whole}.${String(abs % 100).padStart(2, '0')}`
}

/** Plain number text in yuan for an input, from fen: 19900 → "199", 1250 → "12.50". */
export function yuanInput(fen: number): string {
  return fen % 100 === 0 ? String(fen / 100) : (fen / 100).toFixed(2)
}

/** Fen from what a person typed in yuan; null when it is not an amount with at most two decimals. */
export function parseYuan(text: string): number | null {
  const m = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(text.trim().replace(/[,，¥￥]/g, ''))
  return m ? Number(m[1]) * 100 + Number((m[2] ?? '').padEnd(2, '0')) : null
}

/** 1,234 */
export const count = (n: number) => n.toString().replace(/\B(?=(\d{3})+$)/g, ',')

const two = (n: number) => String(n).padStart(2, '0')

/** `11-20 09:32`, with the year in front when it is not this year; '—' for 0. */
export function time(ms: number, now = Date.now()): string {
  if (!ms) return '—'
  const d = new Date(ms)
  const year = d.getFullYear() === new Date(now).getFullYear() ? '' : `${d.getFullYear()}-`
  return `${year}${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`
}

/** `11 月 20 日`, for sentences; day is YYYY-MM-DD. */
export function dayText(day: string): string {
  const [, m, d] = day.split('-').map(Number)
  return `${m} 月 ${d} 日`
}

/** `17:52`, or `1:02:03` from an hour on. */
export function clock(ms: number): string {
  const s = Math.round(ms / 1000)
  const h = Math.floor(s / 3600)
  return (h ? `${h}:${two(Math.floor(s / 60) % 60)}` : two(Math.floor(s / 60))) + `:${two(s % 60)}`
}

/** `54 秒`, `3 分钟`, `1 小时 20 分`; for time left. */
export function left(s: number): string {
  if (s < 60) return `${Math.max(1, Math.round(s))} 秒`
  const m = Math.round(s / 60)
  return m < 60 ? `${m} 分钟` : `${Math.floor(m / 60)} 小时${m % 60 ? ` ${m % 60} 分` : ''}`
}

/** `764 MB`, `8.4 MB`, `1.2 GB`; decimal steps of 1000. */
export function bytes(n: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let i = 0
  let v = n
  while (v >= 1000 && i < units.length - 1) {
    v /= 1000
    i++
  }
  return `${i > 2 || (i === 2 && v < 10) ? v.toFixed(1) : Math.round(v)} ${units[i]}`
}
