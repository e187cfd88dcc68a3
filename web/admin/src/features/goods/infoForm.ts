import { parseZhe, zhe } from '@/app/format'
import { tooLong } from '@/app/text'
import type { Goods, GoodsInput } from '@/app/types'

/** A product's page form as typed; the discount is text in 折, '' for none. */
export interface InfoForm {
  title: string
  promise: string
  intro_html: string
  cover: string
  scene: string
  position: number
  rank: number
  discount: string
  opens_all: boolean
}

/** The form of a product. */
export const formOf = (g: Goods): InfoForm => ({
  title: g.title,
  promise: g.promise,
  intro_html: g.intro_html,
  cover: g.cover ?? '',
  scene: g.scene || 'boat',
  position: g.position ?? 0,
  rank: g.rank ?? 0,
  discount: g.pay_permille === 1000 ? '' : zhe(g.pay_permille),
  opens_all: g.opens_all ?? false,
})

/** What the form saves, or which fields are wrong and why. */
export function inputOf(f: InfoForm, kind: Goods['kind']): { input: GoodsInput } | { wrong: Record<string, string> } {
  const wrong: Record<string, string> = {}
  const pay = f.discount.trim() ? parseZhe(f.discount) : 1000
  if (kind !== 'lesson' && !f.title.trim()) wrong.title = '请填写名称'
  if (tooLong(f.title, 60)) wrong.title = '名称最多 60 个字'
  if (tooLong(f.promise, 120)) wrong.promise = '一句话承诺最多 120 个字'
  if (pay === null) wrong.pay_permille = '填 0.01–10 之间的折数，例如 8.5；空着就不打折'
  if (!Number.isInteger(f.rank) || f.rank < 0 || f.rank > 999) wrong.rank = '等级为 0–999 的整数'
  if (!Number.isInteger(f.position) || f.position < 0) wrong.position = '次序为 0 以上的整数'
  if (Object.keys(wrong).length || pay === null) return { wrong }
  const { discount: _, ...rest } = f
  return { input: { ...rest, title: f.title.trim(), promise: f.promise.trim(), pay_permille: pay } }
}
