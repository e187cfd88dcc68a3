import { call } from '@/app/api'
import type { Promotion } from '@/app/types'
import { skuName } from '@/features/catalogue/catalogue'
import { learnNames } from '@/features/catalogue/naming'
import { miniState, type MiniState } from '@/features/selling/virtual'

/** An offer of a promotion with a fixed price, and whether the mini program can charge that price. */
export interface Ready {
  skuId: number
  name: string
  listFen: number
  state: MiniState
}

/** Asks anew how the items of a promotion's price stand, offer by offer. */
export async function readiness(p: Promotion): Promise<Ready[]> {
  const ids = p.scope.skus ?? []
  await learnNames(ids, [])
  const products = new Set(ids.map((id) => skuName(id)?.product.productId).filter((x): x is number => !!x))
  const fresh = await Promise.all([...products].map((id) => call('product', { path: { id } })))
  return ids.map((id) => {
    const at = fresh.find((g) => g.skus.some((s) => s.id === id))
    const sku = at?.skus.find((s) => s.id === id)
    const title = skuName(id)?.product.title ?? ''
    return { skuId: id, name: sku ? `${title} · ${sku.name}` : `规格 ${id}`, listFen: sku?.price_fen ?? 0, state: sku ? miniState(sku, p.price_fen ?? 0, at!.virtual_items) : 'no' }
  })
}
