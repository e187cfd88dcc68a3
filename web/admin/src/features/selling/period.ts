import { date } from '@/app/format'

/** How long an offer opens what it sells; all 0 or absent: for good. */
export interface Period {
  period_days?: number
  period_months?: number
  until_at?: number
}

/** Length of access in words. */
export function periodLabel(p: Period): string {
  if (p.until_at) return `到 ${date(p.until_at)}`
  if (p.period_months) return p.period_months % 12 === 0 ? `${p.period_months / 12} 年` : `${p.period_months} 个月`
  if (p.period_days) return p.period_days % 365 === 0 ? `${p.period_days / 365} 年` : `${p.period_days} 天`
  return '长期有效'
}
