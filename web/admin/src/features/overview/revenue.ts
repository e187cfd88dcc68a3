import { dayText, yuan } from '@/app/format'
import type { DayFen } from '@/app/types'

/** Sum of a run of days, in fen. */
export const sum = (days: DayFen[]) => days.reduce((a, d) => a + d.fen, 0)

/** The day that earned most, null when none earned anything. */
export function best(days: DayFen[]): DayFen | null {
  const top = days.reduce<DayFen | null>((a, d) => (a && a.fen >= d.fen ? a : d), null)
  return top && top.fen > 0 ? top : null
}

/** Whether any day earned or gave back anything: without it there is nothing to draw. */
export const earned = (days: DayFen[]) => days.some((d) => d.fen !== 0)

/** The finding above the chart: the total, how the last half compares with the first, and the best day. */
export function finding(days: DayFen[]): string {
  const top = best(days)
  if (!top) return `近 ${days.length} 天还没有收入。`
  const half = Math.floor(days.length / 2)
  const before = sum(days.slice(0, half))
  const now = sum(days.slice(-half))
  const parts = [`近 ${days.length} 天净收 ${yuan(sum(days))}`]
  if (before > 0) {
    const change = Math.round(((now - before) / before) * 1000) / 10
    parts.push(change === 0 ? `后 ${half} 天与前 ${half} 天持平` : `后 ${half} 天比前 ${half} 天${change > 0 ? '多' : '少'} ${Math.abs(change)}%`)
  }
  parts.push(`${dayText(top.day)}最高，${yuan(top.fen)}`)
  return `${parts.join('；')}。`
}

/** How today stands beside yesterday: `+3`, `−¥20.00`, or that both are equal. */
export function beside(now: number, then: number, show: (n: number) => string): string {
  if (now === then) return '与昨天持平'
  return `较昨天 ${now > then ? '+' : '−'}${show(Math.abs(now - then))}`
}
