import { call } from '@/app/api'
import type { Sku, VirtualItem } from '@/app/types'

/** What selling needs to know of a product, be it a course's or its own. */
export interface Selling {
  productId: number
  kind: 'course' | 'column' | 'lesson' | 'bundle' | 'membership' | 'service'
  skus: Sku[]
  items: VirtualItem[]
  refundDays: number
  refundPercent: number
}

/** A membership that may have prices of its own, by id. */
export interface Tier {
  id: number
  title: string
}

/** The memberships whose members may pay another price: those that were ever offered, and those that an offer already names. */
export async function tiers(named: string[]): Promise<Tier[]> {
  const { items } = await call('goods', { query: { kind: 'membership' } })
  return items.filter((m) => m.status !== 'draft' || named.includes(String(m.id)))
}
