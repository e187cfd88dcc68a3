import type { Goods } from '@/app/types'

/** Something a product lacks: `must` blocks publishing, the rest is advice. */
export interface Missing {
  text: string
  tab: 'info' | 'parts' | 'sell'
  must: boolean
}

/** What a product lacks before it can be put on sale; the server checks again. */
export function missing(g: Goods): Missing[] {
  const list: Missing[] = []
  const say = (must: boolean, text: string, tab: Missing['tab']) => list.push({ text, tab, must })
  if (!g.skus.some((s) => s.active)) say(true, '还没有在售的规格', 'sell')
  if (g.kind === 'bundle' && !g.parts.length) say(true, '还没有选择包含的课程', 'parts')
  if (g.kind === 'membership' && !g.parts.length && !g.opens_all && g.pay_permille === 1000) say(true, '还没有任何权益：选择课程、打开全部课程或设会员折扣', 'parts')
  if (g.kind === 'bundle' && g.parts.length === 1) say(false, '只有一门课，不如直接卖课程', 'parts')
  if (!g.promise) say(false, '一句话承诺还空着', 'info')
  if (g.kind !== 'lesson' && !g.intro_html) say(false, '介绍还空着', 'info')
  if (g.kind !== 'lesson' && !g.cover) say(false, '没有封面，会用插画代替', 'info')
  return list
}
