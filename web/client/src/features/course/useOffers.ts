import { computed, ref, type Ref } from 'vue'
import type { Coupon, Goods, Group, PersonalPrice, Promotion, Sku } from '@zhizhou/sdk'
import { call } from '@/app/api'
import { auth } from '@/app/auth'
import { knowUser } from '@/app/session'
import { heard, useServerNow } from '@/app/serverClock'
import { couponGives, couponWorth, discount, flashOf, inScope, memberLine, promisedFen, promotionsOf, reaches, thresholdText, type Marks } from '@/app/selling'
import { left, yuan } from '@/app/format'
import type { Place } from '@/app/routes'
import { knowPersonal } from './personal'

/** One line under a price: what else there is to know about it. */
export interface OfferLine { key: string; tag: string; text: string; to?: Place }

/** An offer as a chip shows it; `tag` says why it costs less than usual. */
export interface SkuChip { id: number; name: string; fen: number; tag: string }

/** A bargain as a panel shows it. */
export interface BargainOffer { id: number; skuId: number; fen: number; helpers: number; hours: number }

/** A group-buy as a panel shows it. */
export interface GroupOffer { size: number; hours: number; fen: number; alone: number; groups: Group[] }

/**
 * What runs for a product besides its price: flash sale, newcomer price, threshold discount, group-buy, coupons to
 * claim, what members get. All of it is advertising: the quote decides. A failure hides a line, never the page.
 */
export function useOffers(sku: Ref<Sku | undefined>, marks: () => Omit<Marks, 'skuId'> & { courseId: number }) {
  const all = ref<Promotion[]>([])
  const groups = ref<Group[]>([])
  const coupons = ref<Coupon[]>([])
  const tiers = ref<Goods[]>([])
  const personal = ref<PersonalPrice[]>([])
  const { now, step } = useServerNow()
  const live = computed(() => promotionsOf(all.value, sku.value, now.value))
  const of = (kind: Promotion['kind']) => live.value.find((p) => p.kind === kind)
  const flash = computed(() => flashOf(all.value, sku.value, now.value))
  /** The price of an offer, and what it is called: the flash sale's or the visitor's own where that is lower than the usual one. */
  function priceOf(s: Sku | undefined) {
    const usual = s?.price_fen || 0
    const each = [{ fen: usual, tag: '' }, { fen: promisedFen(flashOf(all.value, s, now.value), s) || usual, tag: '秒杀' }]
    for (const p of personal.value) if (p.sku_id === s?.id) each.push({ fen: p.price_fen, tag: p.kind === 'newcomer' ? '新人价' : '' })
    return each.reduce((a, b) => (b.fen < a.fen ? b : a))
  }
  /** Offers to choose from with what each costs now. */
  const chipsOf = (skus: Sku[]): SkuChip[] => skus.map((s) => ({ id: s.id, name: s.name, ...priceOf(s) }))
  const shown = computed(() => priceOf(sku.value))
  const fen = computed(() => shown.value.fen)
  /** What a first purchase would cost somebody who is not signed in. */
  const firstFen = computed(() => {
    const at = promisedFen(of('newcomer'), sku.value)
    return auth.known && !auth.user && at < fen.value ? at : 0
  })
  const bargain = computed<BargainOffer | null>(() => {
    const p = of('bargain')
    return p && sku.value && p.price_fen < fen.value ? { id: p.id, skuId: sku.value.id, fen: p.price_fen, helpers: p.helpers, hours: p.help_hours } : null
  })
  const group = computed<GroupOffer | null>(() => {
    const p = of('group')
    const at = promisedFen(p, sku.value)
    return p && sku.value && at ? { size: p.group_size, hours: p.group_hours, fen: at, alone: fen.value, groups: groups.value.filter((g) => g.sku_id === sku.value?.id && g.deadline_at > now.value).slice(0, 3) } : null
  })
  const lines = computed<OfferLine[]>(() => {
    const out: OfferLine[] = []
    const f = flash.value
    if (f) out.push({ key: 'flash', tag: '限时秒杀', text: [f.price_fen ? '' : discount(f.pay_permille), f.ends_at ? `还剩 ${left(f.ends_at - now.value)}` : '', f.left_units > 0 ? `余 ${f.left_units} 份` : '', f.note].filter(Boolean).join(' · ') })
    const soon = all.value.find((p) => p.kind === 'flash' && p.starts_at > now.value && promisedFen(p, sku.value) && promisedFen(p, sku.value) < fen.value)
    if (soon) out.push({ key: 'soon', tag: '即将秒杀', text: [yuan(promisedFen(soon, sku.value)), `${left(soon.starts_at - now.value)}后开始`, soon.note].filter(Boolean).join(' · ') })
    const t = live.value.find((p) => p.kind === 'threshold' && reaches(p, fen.value, marks().kind))
    if (t) out.push({ key: 'threshold', tag: '满减', text: [thresholdText(t), t.note].filter(Boolean).join(' · ') || t.label })
    const fits = sku.value ? coupons.value.filter((c) => c.left_units > 0 && inScope(c.scope, { ...marks(), skuId: sku.value!.id })).sort((a, b) => couponWorth(b, fen.value) - couponWorth(a, fen.value)) : []
    if (fits.length) out.push({ key: 'coupon', tag: '优惠券', text: `${couponGives(fits[0])}${fits[0].at_fen > 1 ? ` · 满 ${yuan(fits[0].at_fen)} 可用` : ''}${fits.length > 1 ? ` 等 ${fits.length} 张` : ''}`, to: { name: 'coupons' } })
    const m = member.value
    if (m) out.push({ key: 'member', tag: '会员', text: m, to: { name: 'memberships' } })
    return out
  })
  const member = computed(() => memberLine(tiers.value, marks()))

  async function know() {
    const id = marks().productId
    if (!id) return
    await Promise.all([
      call('promotions', { path: { id } }).then((r) => {
        for (const p of r.items) heard(p.now_at)
        all.value = r.items
        return knowOwn(id)
      }).catch(() => undefined),
      call('coupons').then((r) => { coupons.value = r.items }).catch(() => undefined),
      knowTiers().catch(() => undefined),
    ])
    step()
    await knowGroups()
  }
  /** Prices that depend on who asks. */
  async function knowOwn(id: number) {
    const first = all.value.some((p) => p.kind === 'newcomer')
    if (first) await knowUser()
    personal.value = all.value.some((p) => p.kind === 'experiment') || (first && auth.user) ? await knowPersonal(id) : []
  }
  /** Open groups of the chosen offer. */
  async function knowGroups() {
    if (!of('group') || !sku.value) return
    const r = await call('groups', { path: { id: sku.value.id } }).catch(() => null)
    if (!r) return
    for (const g of r.items) heard(g.now_at)
    groups.value = r.items
  }
  // Three tiers at most: more would be more choices than a panel explains.
  async function knowTiers() {
    if (marks().kind === 'membership' || marks().kind === 'service') return
    const { items } = await call('goods', { query: { kind: 'membership' } })
    tiers.value = await Promise.all(items.slice(0, 3).map((g) => call('goodsOne', { path: { id: g.id } })))
  }
  const tag = computed(() => (shown.value.tag === '秒杀' ? '' : shown.value.tag)) // the sale has a line of its own
  return { now, fen, tag, chipsOf, firstFen, bargain, group, lines, know, knowGroups }
}
