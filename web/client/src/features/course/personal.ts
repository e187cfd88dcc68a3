import { call } from '@/app/api'

const VISITOR = 'zz_visitor'

/** The caller's own prices of a product, by SKU. Before sign-in a signed text stands for the visitor, so that the price stays the same after it. */
export async function knowPersonal(productId: number): Promise<Map<number, number>> {
  const r = await call('personalPrices', { path: { id: productId }, body: { visitor: uni.getStorageSync(VISITOR) || '' } })
  if (r.visitor) uni.setStorageSync(VISITOR, r.visitor)
  return new Map(r.items.map((p) => [p.sku_id, p.price_fen]))
}
