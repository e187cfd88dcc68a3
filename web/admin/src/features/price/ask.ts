import type { PreviewAsk } from '@/app/types'

/** The question as the form has it. */
export interface AskForm {
  userId: number
  platform: string
  items: { sku_id: number; quantity: number }[]
  way: 'self' | 'gift' | 'group'
  coupons: 'best' | 'none' | 'these'
  couponIds: number[]
  points: boolean
}

/** The question as the server takes it; no chosen coupon at all is the same as none. */
export function askOf(f: AskForm): PreviewAsk {
  const these = f.coupons === 'these' && f.couponIds.length > 0
  return {
    user_id: f.userId,
    platform: f.platform,
    items: f.items.map((i) => ({ ...i })),
    gift: f.way === 'gift',
    group: f.way === 'group',
    ...(f.points ? { points: true } : {}),
    ...(these ? { coupon_ids: [...f.couponIds] } : {}),
    no_coupon: f.coupons === 'none' || (f.coupons === 'these' && !these),
  }
}

/** Whether buyers see a crossed-out price: a list price that was lowered, never one that a promotion is compared with. */
export const crossed = (a: { was_fen: number; lines: { amount_fen: number }[] }) => a.was_fen > (a.lines[0]?.amount_fen ?? 0) && a.was_fen > 0
