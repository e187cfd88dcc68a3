import { computed, ref, type Ref } from 'vue'
import type { Coupon, Goods, Group, Promotion, Sku } from '@zhizhou/sdk'
import { call } from '@/app/api'
import { heard, useServerNow } from '@/app/serverClock'
import { couponGives, couponWorth, discount, inScope, memberLine, promisedFen, promotionsOf, thresholdText, type Marks } from '@/app/selling'
import { left, yuan } from '@/app/format'
import type { Place } from '@/app/routes'
import { knowPersonal } from './personal'

/** One line under a price: what else there is to know about it. */
export interface OfferLine { key: string; tag: string; text: string; to?: Place }

/** A bargain as a panel shows it. */
export interface BargainOffer { id: number; skuId: number; fen: number; helpers: number; hours: number }

/** A group-buy as a panel shows it. */
export interface GroupOffer { size: number; hours: number; fen: number; pay: number; groups: Group[] }

/**
 * What runs for a product besides its price: flash sale, newcomer price, threshold discount, group-buy, coupons to
 * claim, what members get. All of it is advertising: the quote decides. A failure hides a line, never the page.
 */
export function useOffers(sku: Ref<Sku | undefined>, marks: () => Omit<Marks, 'skuId'> & { courseId: number }) {
  const all = ref<Promotion[]>([])
  const groups = ref<Group[]>([])
  const coupons = ref<Coupon[]>([])
  const tiers = ref<Goods[]>([])
  const personal = ref(new Map<number, number>())
  const { now, step } = useServerNow()
  const live = computed(() => promotionsOf(all.value, sku.value, now.value))
  const of = (kind: Promotion['kind']) => live.value.find((p) => p.kind === kind)
  const flash = computed(() => of('flash'))
  /** The price to show: that of the flash sale where it is certain, else the usual one. */
  const fen = computed(() => {
    const usual = sku.value?.price_fen || 0
    return Math.min(promisedFen(flash.value, sku.value) || usual, personal.value.get(sku.value?.id ?? 0) ?? usual)
  })
  const bargain = computed<BargainOffer | null>(() => {
    const p = of('bargain')
    return p && sku.value && p.price_fen < fen.value ? { id: p.id, skuId: sku.value.id, fen: p.price_fen, helpers: p.helpers, hours: p.help_hours } : null
  })
  const group = computed<GroupOffer | null>(() => {
    const p = of('group')
    return p && sku.value ? { size: p.group_size, hours: p.group_hours, fen: promisedFen(p, sku.value), pay: p.pay_permille, groups: groups.value.filter((g) => g.sku_id === sku.value?.id && g.deadline_at > now.value).slice(0, 3) } : null
  })
  const lines = computed<OfferLine[]>(() => {
    const out: OfferLine[] = []
    const f = flash.value
    if (f) out.push({ key: 'flash', tag: '限时秒杀', text: [f.price_fen ? '' : discount(f.pay_permille), f.ends_at ? `还剩 ${left(f.ends_at - now.value)}` : '', f.left_units > 0 ? `余 ${f.left_units} 份` : '', f.note].filter(Boolean).join(' · ') })
    const n = of('newcomer')
    if (n) out.push({ key: 'newcomer', tag: '新人价', text: `第一次购买 ${n.price_fen ? yuan(n.price_fen) : discount(n.pay_permille)}` })
    const t = of('threshold')
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
        return r.items.some((p) => p.kind === 'experiment') ? knowPersonal(id).then((m) => { personal.value = m }) : undefined
      }).catch(() => undefined),
      call('coupons').then((r) => { coupons.value = r.items }).catch(() => undefined),
      knowTiers().catch(() => undefined),
    ])
    step()
    await knowGroups()
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
  return { now, fen, flash, bargain, group, lines, know, knowGroups }
}
