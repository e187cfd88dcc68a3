import { parseYuan, yuanInput, yuanProblem } from '@/app/format'
import { tooLong } from '@/app/text'
import type { Sku, SkuInput, TaxCategory, TaxRate } from '@/app/types'
import { usualTax } from './platforms'

/** How long an offer opens what it sells. */
export type Lasting = 'forever' | 'days' | 'months' | 'until'

/** A price form as typed: amounts are text in yuan, '' where a platform or a membership has no price of its own. */
export interface SkuForm {
  name: string
  price: string
  lasting: Lasting
  days: number
  months: number
  until: number
  tax: TaxCategory
  taxRate: TaxRate
  taxCode: string
  active: boolean
  own: Record<string, string>
  tiers: Record<string, string>
  from: number
  to: number
  stock: number
  perUser: number
  trial: boolean
}

/** What columns are sold for: calendar months, or for good. */
export const presets = [
  { name: '月', months: 1 },
  { name: '季', months: 3 },
  { name: '年', months: 12 },
  { name: '永久', months: 0 },
]

const amounts = (prices?: Record<string, number>) => Object.fromEntries(Object.entries(prices ?? {}).map(([k, fen]) => [k, yuanInput(fen)]))

/** The form of an offer, or of a new one of a kind of goods; a membership must end, so a new one begins with a year. */
export function formOf(s: Sku | null, kind = ''): SkuForm {
  const mustEnd = kind === 'membership'
  const lasting = s?.until_at ? 'until' : s?.period_months ? 'months' : s?.period_days ? 'days' : mustEnd ? 'months' : 'forever'
  return {
    name: s?.name ?? (mustEnd ? '年卡' : '标准版'),
    price: s ? yuanInput(s.price_fen) : '',
    lasting,
    days: s?.period_days || 365,
    months: s?.period_months || 12,
    until: s?.until_at ?? 0,
    tax: s?.tax_category ?? usualTax(kind),
    taxRate: s?.tax_rate ?? '',
    taxCode: s?.tax_code ?? '',
    active: s?.active ?? true,
    own: amounts(s?.platform_prices),
    tiers: amounts(s?.tier_prices),
    from: s?.sale_from ?? 0,
    to: s?.sale_until ?? 0,
    stock: s?.stock ?? 0,
    perUser: s?.per_user ?? 0,
    trial: s?.trial ?? false,
  }
}

const whole = (n: unknown, least: number, most: number) => Number.isInteger(n) && (n as number) >= least && (n as number) <= most

function problems(f: SkuForm, price: number): Record<string, string> {
  const wrong: Record<string, string> = {}
  const say = (key: string, text: string | false) => {
    if (text) wrong[key] = text
  }
  say('price_fen', yuanProblem(f.price))
  say('name', !f.name.trim() ? '请填写规格名' : tooLong(f.name, 30) && '规格名最多 30 个字')
  say('period_days', f.lasting === 'days' && !whole(f.days, 1, 3650) && '天数为 1–3650')
  say('period_months', f.lasting === 'months' && !whole(f.months, 1, 120) && '月数为 1–120')
  say('until_at', f.lasting === 'until' && f.until <= 0 && '请选择截止日期')
  say('tax_code', !!f.taxCode.trim() && !/^\d{19}$/.test(f.taxCode.trim()) && '税收分类编码是 19 位数字')
  say('sale_until', f.to > 0 && f.to <= f.from && '停售时间要在开售之后')
  say('stock', !whole(f.stock, 0, 1e9) && '库存是整数，0 为不限')
  say('per_user', !whole(f.perUser, 0, 1e6) && '限购是整数，0 为不限')
  for (const [k, text] of Object.entries(f.own)) say(k, !!text.trim() && yuanProblem(text))
  for (const [k, text] of Object.entries(f.tiers)) say(`tier_${k}`, !!text.trim() && (yuanProblem(text, 1) || (parseYuan(text)! > price && '会员价不能高于售价')))
  return wrong
}

/** What the form saves, or which fields are wrong and why. */
export function inputOf(f: SkuForm, position: number): { input: SkuInput } | { wrong: Record<string, string> } {
  const price_fen = parseYuan(f.price) ?? 0
  const wrong = problems(f, price_fen)
  if (Object.keys(wrong).length) return { wrong }
  const typed = (m: Record<string, string>) => Object.entries(m).flatMap(([k, t]) => (t.trim() ? [[k, parseYuan(t)!] as const] : []))
  return {
    input: {
      name: f.name.trim(),
      price_fen,
      period_days: f.lasting === 'days' ? f.days : 0,
      period_months: f.lasting === 'months' ? f.months : 0,
      until_at: f.lasting === 'until' ? f.until : 0,
      tax_category: f.tax,
      tax_rate: f.taxRate,
      tax_code: f.taxCode.trim(),
      active: f.active,
      position,
      platform_prices: Object.fromEntries(typed(f.own).filter(([, fen]) => fen !== price_fen)),
      tier_prices: Object.fromEntries(typed(f.tiers)),
      sale_from: f.from,
      sale_until: f.to,
      stock: f.stock,
      per_user: f.perUser,
      trial: f.trial,
    },
  }
}
