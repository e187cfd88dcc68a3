import type { CardOutcome, CardTrialRow } from '@/app/types'

export const trialStates: Record<CardTrialRow['status'], { label: string; tone: '' | 'ok' | 'warn' }> = { draft: { label: '草稿', tone: 'warn' }, running: { label: '进行中', tone: 'ok' }, stopped: { label: '已结束', tone: '' } }

/** A difference per hundred people, with its sign. */
export const perHundred = (v: number) => `${v < 0 ? '−' : '+'}${(Math.abs(v) * 100).toFixed(1)}`

/** By how much a variant is better, with its interval, per hundred people. */
export function interval(v: Pick<CardOutcome, 'lift' | 'low' | 'high' | 'known' | 'certain'>): string {
  if (!v.known) return '人数还太少，说不准（每组满一周的至少 100 人、两组合计至少 20 次注册）。'
  const word = v.certain > 0 ? '确定更好' : v.certain < 0 ? '确定更差' : '还不能确定'
  return `比对照组每百人 ${perHundred(v.lift)} 次注册，95% 区间 ${perHundred(v.low)} 至 ${perHundred(v.high)}：${word}。`
}

/** What the experiment says until now, in a sentence. */
export function verdict(list: Pick<CardOutcome, 'label' | 'certain' | 'lift' | 'known'>[]): string {
  const rest = list.slice(1)
  const better = rest.filter((v) => v.certain > 0).sort((a, b) => b.lift - a.lift)[0]
  if (better) return `「${better.label}」确定比「${list[0].label}」带来更多注册。`
  if (rest.length && rest.every((v) => v.certain < 0)) return `「${list[0].label}」确定最好。`
  return rest.some((v) => v.known) ? '还看不出差别，可以继续跑。' : '人数还太少，先跑着。'
}

type Counted = Pick<CardOutcome, 'people' | 'joins'>
const mean = (v: Counted) => (v.people ? v.joins / v.people : 0)

/** Registrations per hundred people, "—" before anybody was counted. */
export const rate = (v: Counted): string => (v.people ? (mean(v) * 100).toFixed(1) : '—')

/** How long a variant's bar is, per cent of the longest. */
export function scale(v: Counted, all: Counted[]): number {
  const most = Math.max(...all.map(mean))
  return most ? (mean(v) / most) * 100 : 0
}
