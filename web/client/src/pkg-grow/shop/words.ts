import type { Offer } from '@zhizhou/sdk'
import { count } from '@/app/format'

/** What the kinds of goods are called. */
export const kinds: Record<Offer['kind'], string> = { coupon: '优惠券', course: '课程', material: '资料' }

/** Why somebody with so many points (-1: not known) cannot exchange a thing; empty when they can. */
export function offNote(o: Pick<Offer, 'left' | 'mine' | 'per_user' | 'points'>, balance: number): string {
  if (o.mine >= o.per_user) return o.per_user === 1 ? '已兑换' : `已兑满 ${o.per_user} 件`
  if (!o.left) return '已兑完'
  return balance >= 0 && balance < o.points ? `还差 ${count(o.points - balance)} 积分` : ''
}
