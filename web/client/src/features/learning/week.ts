import { chinaDate, chinaMoment, chinaTime } from '@zhizhou/sdk'

/** One bar of the week: whole minutes, height as a share of the tallest (0–72 %, leaving room for labels). */
export interface Bar { day: string; label: string; minutes: number; share: number; today: boolean }

const NAMES = ['日', '一', '二', '三', '四', '五', '六']
const TALLEST = 72

/** Prepares the bars, by China's days, as the server counts them, their sum (ms) and the name of the best day ('' when nothing was studied). */
export function weekBars(week: { day: string; studied_ms: number }[], now = Date.now()): { bars: Bar[]; totalMs: number; best: string } {
  const most = Math.max(0, ...week.map((d) => d.studied_ms))
  const today = chinaDate(now)
  const bars = week.map((d) => {
    const [y, m, n] = d.day.split('-').map(Number)
    const isToday = d.day === today
    return {
      day: d.day,
      label: isToday ? '今天' : NAMES[chinaTime(chinaMoment(y, m, n)).weekday],
      minutes: d.studied_ms > 0 ? Math.max(1, Math.round(d.studied_ms / 60000)) : 0,
      share: most > 0 ? (d.studied_ms / most) * TALLEST : 0,
      today: isToday,
    }
  })
  const top = most > 0 ? bars[week.findIndex((d) => d.studied_ms === most)] : undefined
  return { bars, totalMs: week.reduce((n, d) => n + d.studied_ms, 0), best: top ? (top.today ? '今天' : `周${top.label}`) : '' }
}
