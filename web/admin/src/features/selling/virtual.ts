import type { Sku, VirtualItem } from '@/app/types'

/** Whether a price of an offer can be charged in the mini program: `free` and `other` need no virtual payment. */
export type MiniState = 'free' | 'other' | 'yes' | 'coming' | 'failed' | 'no'

/** How a price of an offer stands with virtual payment, which charges published items alone. */
export function miniState(sku: Pick<Sku, 'id' | 'tax_category'>, fen: number, items: VirtualItem[]): MiniState {
  if (sku.tax_category !== 'digital_service') return 'other'
  if (fen === 0) return 'free'
  const item = items.find((i) => i.sku_id === sku.id && i.price_fen === fen)
  if (!item) return 'no'
  if (item.state === 'published') return 'yes'
  return item.state === 'failed' ? 'failed' : 'coming'
}

/** The mini program's prices of an offer, each once, with where each stands. */
export function miniPrices(sku: Sku, items: VirtualItem[]): { fen: number; state: MiniState }[] {
  const prices = ['mp_ios', 'mp_android'].map((p) => sku.platform_prices[p] ?? sku.price_fen)
  return [...new Set(prices)].map((fen) => ({ fen, state: miniState(sku, fen, items) }))
}

/** The states in words. */
export const miniLook: Record<MiniState, { label: string; tone: '' | 'ok' | 'warn' | 'bad' | 'brand'; icon: 'check' | 'clock' | 'alert' | 'close' }> = {
  free: { label: '可领', tone: 'ok', icon: 'check' },
  other: { label: '可售', tone: 'ok', icon: 'check' },
  yes: { label: '可售', tone: 'ok', icon: 'check' },
  coming: { label: '不可售，发布中', tone: 'warn', icon: 'clock' },
  failed: { label: '不可售，发布失败', tone: 'bad', icon: 'alert' },
  no: { label: '不可售，未发布', tone: 'warn', icon: 'close' },
}
