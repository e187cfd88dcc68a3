import { chinaDate, chinaMoment, chinaTime } from '@zhizhou/sdk'

/** A day of a month's calendar; `level` 0–3 by minutes: none, under 15, under 45, more. */
export interface Cell { day: string; no: number; minutes: number; level: number; today: boolean; later: boolean }

const two = (n: number) => String(n).padStart(2, '0')
/** 2026-11 in China. Takes UTC ms. */
export const monthOf = (at: number) => chinaDate(at).slice(0, 7)
/** The month `by` months away from 2026-11. */
export function stepMonth(month: string, by: number): string {
  const [y, m] = month.split('-').map(Number)
  const n = y * 12 + m - 1 + by
  return `${Math.floor(n / 12)}-${two((n % 12) + 1)}`
}
/** 2026 年 11 月. */
export const monthText = (month: string) => `${Number(month.slice(0, 4))} 年 ${Number(month.slice(5))} 月`

/** The weeks of a month, Monday first; null pads the first and the last. */
export function weeks(month: string, days: { day: string; studied_ms: number }[], now = Date.now()): (Cell | null)[][] {
  const [y, m] = month.split('-').map(Number)
  const studied = new Map(days.map((d) => [d.day, d.studied_ms]))
  const length = new Date(Date.UTC(y, m, 0)).getUTCDate()
  const before = (chinaTime(chinaMoment(y, m, 1)).weekday + 6) % 7
  const today = chinaDate(now)
  const cells: (Cell | null)[] = Array.from({ length: before }, () => null)
  for (let no = 1; no <= length; no++) {
    const day = `${month}-${two(no)}`
    const ms = studied.get(day) ?? 0
    const minutes = ms > 0 ? Math.max(1, Math.round(ms / 60000)) : 0
    cells.push({ day, no, minutes, level: minutes === 0 ? 0 : minutes < 15 ? 1 : minutes < 45 ? 2 : 3, today: day === today, later: day > today })
  }
  while (cells.length % 7) cells.push(null)
  return Array.from({ length: cells.length / 7 }, (_, i) => cells.slice(i * 7, i * 7 + 7))
}

/** Monday of the week `by` weeks away from the Monday 2026-11-16. */
export function stepWeek(monday: string, by: number): string {
  const [y, m, d] = monday.split('-').map(Number)
  return chinaDate(chinaMoment(y, m, d + by * 7))
}

/** What the week says against the one before; '' when there is nothing to compare. Takes ms. */
export function compared(studiedMs: number, beforeMs: number, running: boolean): string {
  if (!beforeMs) return ''
  const than = running ? '上周同期' : '前一周'
  const by = Math.round(Math.abs(studiedMs - beforeMs) / 60000)
  if (by === 0) return `和${than}一样多`
  return `比${than}${studiedMs > beforeMs ? '多' : '少'} ${by} 分钟`
}
