import type { Refund } from '@/app/types'

const day = 86_400_000
/** Days from payment to the request, counted like the rule does: started days are whole; null when it was never paid. */
export const daysToRequest = (r: Pick<Refund, 'paid_at' | 'requested_at'>) =>
  r.paid_at && r.requested_at ? Math.max(1, Math.ceil((r.requested_at - r.paid_at) / day)) : null

/** How long a request has been waiting, in words. */
export function waited(r: Pick<Refund, 'requested_at'>, now: number): string {
  const h = Math.floor((now - r.requested_at) / 3_600_000)
  if (h < 1) return '等了不到 1 小时'
  return h < 24 ? `等了 ${h} 小时` : `等了 ${Math.floor(h / 24)} 天${h % 24 ? ` ${h % 24} 小时` : ''}`
}
