import type { PartnerDay, PartnerPlace, PartnerPrize } from '@zhizhou/sdk'
import { yuan } from '@/app/format'

/** So many of a thousand as percent: 42 → 4.2%. */
export const permille = (n: number) => `${n % 10 === 0 ? n / 10 : (n / 10).toFixed(1)}%`

/** A rate of hundredths of a percent: 1250 → 12.5%. */
export const rate = (bps: number) => `${Number((bps / 100).toFixed(2))}%`

/** 20261105 → 11/05 */
export const shortDay = (d: number) => `${String(Math.floor(d / 100) % 100).padStart(2, '0')}/${String(d % 100).padStart(2, '0')}`

/** The top of a chart's scale for the most fen of a day: 1, 2 or 5 and noughts. */
export function scale(most: number): number {
  let top = 1000
  for (const step of [2, 2.5, 2]) if (top < most) top *= step
  while (top < most) for (const step of [2, 2.5, 2]) if (top < most) top *= step
  return top
}

/** A bar of the trend: heights in percent of the scale. */
export interface Bar { day: number; free: number; held: number; fen: number }

/** The bars of days, many days put together so that at most 45 stand side by side. */
export function bars(days: PartnerDay[]): { list: Bar[]; top: number; each: number } {
  const each = Math.ceil(days.length / 45)
  const parts: { day: number; free: number; held: number }[] = []
  days.forEach((d, n) => {
    const at = Math.floor(n / each)
    parts[at] ??= { day: d.day, free: 0, held: 0 }
    parts[at].free += Math.max(0, d.free_fen)
    parts[at].held += Math.max(0, d.held_fen)
  })
  const top = scale(Math.max(0, ...parts.map((p) => p.free + p.held)))
  return { list: parts.map((p) => ({ day: p.day, free: (p.free * 100) / top, held: (p.held * 100) / top, fen: p.free + p.held })), top, each }
}

/** The month before: 202601 → 202512. */
export const lastMonth = (m: number) => (m % 100 === 1 ? m - 89 : m - 1)

/** 202611 → 11 月 */
export const monthName = (m: number) => `${m % 100} 月`

/** A part of what is promised for a month, without its amount. */
export const prizeName = (p: PartnerPrize) => (p.kept_fen ? `成交留下 ${yuan(p.kept_fen)} 起` : p.from === p.to ? `第 ${p.from} 名` : `第 ${p.from}–${p.to} 名`)

/** What became of one's own reward. */
export function rewardWord(p: PartnerPlace, final: boolean): string {
  const fen = yuan(p.reward_fen)
  if (!final) return `按现在的名次，我的奖励是 ${fen}，以定榜为准。`
  if (p.state === 'paid') return `我的奖励 ${fen} 已计入可提现的佣金。`
  if (p.state === 'due') return `我的奖励 ${fen} 正在入账。`
  return `我的奖励 ${fen} 已被撤回。原因：${p.reason}`
}
