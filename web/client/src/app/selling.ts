import type { Coupon, Goods, GoodsKind, Order, OrderItem, Promotion, Sku } from '@zhizhou/sdk'
import type { Place } from './routes'
import { day, yuan } from './format'

/** The kinds of goods in words. */
export const kindName: Record<GoodsKind, string> = { course: '课程', column: '专栏', lesson: '单课', bundle: '课程包', membership: '会员', service: '服务', class: '打卡班', deposit: '押金' }

/** Where goods are shown. */
export const goodsPlace = (g: { id: number; kind: GoodsKind; course_id: number }): Place =>
  g.kind === 'course' || g.kind === 'column' ? { name: 'course', params: { id: g.course_id } } : { name: 'goods', params: { id: g.id } }

/** 850 ‰ → 8.5 折. */
export function discount(permille: number): string {
  return `${String(permille / 100)} 折`
}

/** What a coupon gives: ¥20.00 or 8.5 折. */
export function couponGives(c: Coupon): string {
  return c.off_fen > 0 ? yuan(c.off_fen) : discount(c.pay_permille)
}

/** From which amount on, and the cap of a part; whoever pays at all pays one fen. */
export function couponRule(c: Coupon): string {
  const from = c.at_fen > 1 ? `满 ${yuan(c.at_fen)} 可用` : '无门槛'
  return c.off_fen === 0 && c.cap_fen > 0 ? `${from} · 最多减 ${yuan(c.cap_fen)}` : from
}

/** What a coupon may be used for. */
export function couponScope(c: Coupon): string {
  const s = c.scope
  const kinds = s.kinds?.map((k) => kindName[k as GoodsKind] ?? k) ?? []
  if (s.products?.length || s.skus?.length) return '限指定商品'
  if (s.categories?.length || s.tags?.length) return '限指定课程'
  return kinds.length ? `限${kinds.join('、')}` : '全部商品可用'
}

/** Until when a coupon is good. */
export function couponTerm(c: Coupon, now = Date.now()): string {
  if (!c.valid_until) return `领取后 ${c.valid_days} 天内有效`
  return c.valid_from > now ? `${day(c.valid_from, now)}起、${day(c.valid_until, now)}前可用` : `${day(c.valid_until, now)}前可用`
}

/** Whether an order has money that stays with the shop, which alone can be invoiced; a deposit is the payer's own. */
export function mayInvoice(o: Pick<Order, 'items' | 'status' | 'paid_at' | 'paid_fen' | 'refunded_fen' | 'group_id' | 'delivered'>): boolean {
  return o.status === 'paid' && o.paid_at > 0 && o.paid_fen > o.refunded_fen && o.items.some((i) => i.kind !== 'deposit') && !waitsForGroup(o)
}

/** What a scope may be compared with. */
export interface Marks { productId: number; skuId: number; kind: GoodsKind; categoryId?: number; tags?: string[] }

/** Whether goods with these marks are in a coupon's scope; an empty scope holds all. */
export function inScope(s: Coupon['scope'], m: Marks): boolean {
  const named = [s.products, s.skus, s.categories, s.kinds, s.tags].some((x) => x?.length)
  return !named || !!(s.products?.includes(m.productId) || s.skus?.includes(m.skuId) || (m.categoryId && s.categories?.includes(m.categoryId))
    || s.kinds?.includes(m.kind) || s.tags?.some((t) => m.tags?.includes(t)))
}

/** About what a coupon takes off an amount: only to name the better one first; a quote has the last word. */
export function couponWorth(c: Coupon, fen: number): number {
  if (fen < c.at_fen) return 0
  const part = c.off_fen || Math.floor((fen * (1000 - c.pay_permille)) / 1000)
  return Math.min(fen, c.off_fen === 0 && c.cap_fen > 0 ? Math.min(part, c.cap_fen) : part)
}

/** The promotions that may be for this offer now. */
export function promotionsOf(all: Promotion[], sku: Sku | undefined, now: number): Promotion[] {
  return all.filter((p) => sku && (!p.sku_ids.length || p.sku_ids.includes(sku.id)) && p.starts_at <= now && (!p.ends_at || p.ends_at > now) && p.left_units !== 0)
}

/** Of offers, the first that adds to time that ends at `untilAt`, and the first that is for good. */
export function longer(skus: Sku[], untilAt: number): { time?: Sku; good?: Sku } {
  const sold = skus.filter((s) => !s.trial)
  return { time: sold.find((s) => s.period_days || s.period_months || s.until_at > untilAt), good: sold.find((s) => !s.period_days && !s.period_months && !s.until_at) }
}

/** What one costs with a promotion; 0 when it names no price that can be charged here and is lower. */
export function promisedFen(p: Promotion | undefined, sku: Sku | undefined): number {
  const fen = p?.prices.find((x) => x.sku_id === sku?.id)?.price_fen ?? 0
  return sku && fen > 0 && fen < sku.price_fen ? fen : 0
}

/** The flash sale that makes this offer cheapest now. */
export function flashOf(all: Promotion[], sku: Sku | undefined, now: number): Promotion | undefined {
  return promotionsOf(all, sku, now).filter((p) => p.kind === 'flash' && promisedFen(p, sku)).sort((a, b) => promisedFen(a, sku) - promisedFen(b, sku))[0]
}

/** Whether one purchase of goods at this price can come to a step of a threshold discount; of services there may be several. */
export function reaches(p: Pick<Promotion, 'steps'>, fen: number, kind: GoodsKind): boolean {
  return kind === 'service' || p.steps.some((s) => s.at_fen <= fen)
}

/** 满 200 减 30 of a threshold discount, all its steps, and its cap; '' when it names no steps. */
export function thresholdText(p: Pick<Promotion, 'steps' | 'cap_fen'>): string {
  const amount = (fen: number) => yuan(fen).replace('¥', '').replace(/\.00$/, '')
  const steps = p.steps.map((s) => `满 ${amount(s.at_fen)} 减 ${amount(s.off_fen)}`).join('，')
  return steps && p.cap_fen > 0 ? `${steps}，最多减 ${amount(p.cap_fen)}` : steps
}

/** Paid, and its goods wait for the group. */
export function waitsForGroup(o: Pick<Order, 'status' | 'group_id' | 'delivered'>): boolean {
  return o.status === 'paid' && o.group_id > 0 && !o.delivered
}

/** Whether goods are the way into a class, whose number the product has: bought alone, for oneself, at their price. */
export const ofClass = (kind: GoodsKind) => kind === 'class' || kind === 'deposit'

/** Where somebody goes with what was bought. */
export function placeOf(i: Pick<OrderItem, 'kind' | 'course_id' | 'product_id'>): Place {
  if (ofClass(i.kind)) return { name: 'class', params: { id: i.product_id } }
  return (i.kind === 'course' || i.kind === 'column') && i.course_id ? { name: 'course', params: { id: i.course_id } } : { name: 'goods', params: { id: i.product_id } }
}

/** Where who bought it goes on: a service has a page that says how it stands. */
export function ownPlace(i: Pick<OrderItem, 'kind' | 'course_id' | 'product_id'>): Place {
  return i.kind === 'service' ? { name: 'ownServices' } : placeOf(i)
}

/** The word of the button that leads there. */
export function placeWord(kind: GoodsKind): string {
  if (ofClass(kind)) return '去打卡班'
  return kind === 'course' || kind === 'column' || kind === 'lesson' || kind === 'bundle' ? '去学习' : kind === 'membership' ? '看我的会员' : '看我的服务'
}

/** What a membership gives, each in one line, from what it really opens and takes off. */
export function benefits(g: Pick<Goods, 'opens_all' | 'categories' | 'courses' | 'pay_permille'>): string[] {
  const out = g.opens_all ? ['全部课程和专栏，包括之后上新的'] : g.categories.map((c) => `「${c.name}」的全部课程和专栏，包括之后上新的`)
  if (!g.opens_all && g.courses.length) out.push(`${g.courses.length} 门指定内容：${g.courses.slice(0, 3).map((c) => c.title).join('、')}${g.courses.length > 3 ? ' 等' : ''}`)
  if (g.pay_permille < 1000) out.push(g.opens_all ? `买课程包打 ${discount(g.pay_permille)}` : `买其余课程、专栏和课程包打 ${discount(g.pay_permille)}`)
  return out
}

/** What memberships would do for these goods: those that open them, else what each takes off, the best first. */
export function memberLine(tiers: Goods[], at: { kind: GoodsKind; courseId: number; categoryId?: number }): string {
  if (at.kind === 'membership' || at.kind === 'service' || ofClass(at.kind)) return ''
  const opens = tiers.filter((g) => at.courseId > 0 && (g.opens_all || g.categories.some((c) => c.id === at.categoryId) || g.courses.some((c) => c.id === at.courseId)))
  if (opens.length) return `开通${opens.map((g) => `「${g.title}」`).join('或')}就能学`
  return tiers.filter((g) => g.pay_permille < 1000).sort((a, b) => a.pay_permille - b.pay_permille).map((g) => `「${g.title}」${discount(g.pay_permille)}`).join('，')
}

/** The refund promise in a few words, above the whole of it. */
export function refundHead(kind: GoodsKind, days: number): string {
  if (kind === 'service') return '完成前可全额退款'
  if (kind === 'deposit') return '打满约定的天数原路退还'
  return days > 0 ? `${days} 天内可申请退款` : '购买后不支持无理由退款'
}
