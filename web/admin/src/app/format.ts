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
  const m = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text.trim().replace(/[,，¥￥]/g, ''))
  return m ? Number(m[1]) * 100 + Number((m[2] ?? '').padEnd(2, '0')) : null
}

/** The highest price that the server takes. */
export const mostFen = 9_999_999

/** Why a typed amount cannot be saved, '' when it can: nothing typed, not an amount, too small or too large. */
export function yuanProblem(text: string, least = 0, most = mostFen): string {
  if (!text.trim()) return '请填写金额'
  const fen = parseYuan(text)
  if (fen === null) return '请填写金额，最多两位小数'
  if (fen < least) return `最少 ${yuan(least)}`
  return fen > most ? `金额太大，最多 ${yuan(most)}` : ''
}

/** A part of the price as a Chinese discount: 850 ‰ → "8.5"（折）. */
export const zhe = (permille: number) => String(permille / 100)

/** ‰ from a typed discount of 0.01–10 折; null when it is none. */
export function parseZhe(text: string): number | null {
  const m = /^(\d{1,2})(?:\.(\d{1,2}))?$/.exec(text.replace(/折\s*$/, '').trim())
  const permille = m ? Number(m[1]) * 100 + Number((m[2] ?? '').padEnd(2, '0')) : 0
  return permille >= 1 && permille <= 1000 ? permille : null
}

/** 1,234 */
export const count = (n: number) => n.toString().replace(/\B(?=(\d{3})+$)/g, ',')

const two = (n: number) => String(n).padStart(2, '0')

// The console goes by the clock of China wherever its reader is: days, promotions and
// bills do. China has one zone, without summer time.
const chinaMs = 8 * 3_600_000
const dayMs = 24 * 3_600_000
/** `2026-11-20T09:32:07` in China. */
const stamp = (ms: number) => new Date(ms + chinaMs).toISOString().slice(0, 19)

/** `11-20 09:32` in China, with the year in front when it is not this year; '—' for 0. */
export function time(ms: number, now = Date.now()): string {
  if (!ms) return '—'
  const at = stamp(ms).slice(0, 16).replace('T', ' ')
  return at.slice(0, 4) === stamp(now).slice(0, 4) ? at.slice(5) : at
}

/** `2026-11-20 09:32:07` in China, for what is printed or kept as a file; '' for 0. */
export const moment = (ms: number) => (ms ? stamp(ms).replace('T', ' ') : '')

/** `09:32` in China. */
export const hour = (ms: number) => stamp(ms).slice(11, 16)

/** `2026-11-20` in China, for deadlines. */
export const date = (ms: number) => stamp(ms).slice(0, 10)

/** The China day that was `back` days before `now`, as an input of dates writes it. */
export const chinaDay = (now: number, back = 0) => date(now - back * dayMs)

/** When a day begins in China, ms, from `2026-11-20`; 0 for what is no day. */
export const dayStart = (day: string) => (/^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00+08:00`) || 0 : 0)
/** When it ends: the next day's beginning. */
export const dayEnd = (day: string) => dayStart(day) && dayStart(day) + dayMs

/** A moment as an input of date and time writes it, `2026-11-20T09:32`, in China; '' for 0. */
export const timeInput = (ms: number) => (ms ? stamp(ms).slice(0, 16) : '')
/** The moment that such an input says, ms; 0 for none. */
export const parseTime = (text: string) => (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text) ? Date.parse(`${text}:00+08:00`) || 0 : 0)

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
