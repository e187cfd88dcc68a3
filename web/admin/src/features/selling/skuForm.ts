import { parseYuan, yuanInput } from '@/app/format'
import type { Sku, SkuInput, TaxCategory } from '@/app/types'

/** A price form as typed: amounts are text in yuan, '' where a platform has no price of its own. */
export interface SkuForm {
  name: string
  price: string
  forever: boolean
  days: number
  tax: TaxCategory
  active: boolean
  own: Record<string, string>
}

/** The form of an offer, or of a new one. */
export function formOf(s: Sku | null): SkuForm {
  const own = Object.fromEntries(Object.entries(s?.platform_prices ?? {}).map(([k, fen]) => [k, yuanInput(fen)]))
  return {
    name: s?.name ?? '标准版',
    price: s ? yuanInput(s.price_fen) : '',
    forever: !s?.period_days,
    days: s?.period_days || 365,
    tax: s?.tax_category ?? 'digital_service',
    active: s?.active ?? true,
    own,
  }
}

/** What the form saves, or which fields are wrong and why. */
export function inputOf(f: SkuForm, position: number): { input: SkuInput } | { wrong: Record<string, string> } {
  const wrong: Record<string, string> = {}
  const price = parseYuan(f.price)
  if (price === null) wrong.price_fen = '请填写金额，最多两位小数'
  if (!f.name.trim()) wrong.name = '请填写规格名'
  if (!f.forever && !(Number.isInteger(f.days) && f.days >= 1 && f.days <= 3650)) wrong.period_days = '天数为 1–3650'
  const platform_prices: Record<string, number> = {}
  for (const [k, text] of Object.entries(f.own)) {
    if (!text.trim()) continue
    const fen = parseYuan(text)
    if (fen === null) wrong[k] = '请填写金额'
    else if (fen !== price) platform_prices[k] = fen
  }
  if (Object.keys(wrong).length || price === null) return { wrong }
  return {
    input: { name: f.name.trim(), price_fen: price, period_days: f.forever ? 0 : f.days, tax_category: f.tax, active: f.active, position, platform_prices },
  }
}
