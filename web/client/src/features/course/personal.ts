import type { PersonalPrice } from '@zhizhou/sdk'
import { call } from '@/app/api'

const VISITOR = 'zz_price_visitor'

/** The caller's own prices of a product. Before sign-in a signed text stands for the visitor, so that the price stays the same after it. */
export async function knowPersonal(productId: number): Promise<PersonalPrice[]> {
  const r = await call('personalPrices', { path: { id: productId }, body: { visitor: uni.getStorageSync(VISITOR) || '' } })
  if (r.visitor) uni.setStorageSync(VISITOR, r.visitor)
  return r.items
}
