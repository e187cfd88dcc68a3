import type { Offer } from '@zhizhou/sdk'

/** What the kinds of goods are called. */
export const kinds: Record<Offer['kind'], string> = { coupon: '优惠券', course: '课程', material: '资料' }

/** Why a thing cannot be exchanged any more; empty when it can. */
export function offNote(o: Pick<Offer, 'left' | 'mine' | 'per_user'>): string {
  if (o.mine >= o.per_user) return o.per_user === 1 ? '已兑换' : `已兑满 ${o.per_user} 件`
  return o.left ? '' : '已兑完'
}
