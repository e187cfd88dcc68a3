import { describe, expect, it } from 'vitest'
import type { Coupon, Goods, Order, Promotion, Sku } from '@zhizhou/sdk'
import { benefits, couponRule, couponScope, couponTerm, couponWorth, discount, flashOf, inScope, longer, mayInvoice, memberLine, promisedFen, promotionsOf, reaches, refundHead, thresholdText, waitsForGroup } from './selling'

const sku: Sku = { id: 70, name: '长期', price_fen: 16900, period_days: 0, period_months: 0, until_at: 0, trial: false }
const promo = (over: Partial<Promotion>): Promotion => ({ id: 1, kind: 'flash', label: '限时秒杀', sku_ids: [], prices: [], price_fen: 0, starts_at: 0, pay_permille: 0, cap_fen: 0, steps: [], ends_at: 5000, group_size: 0, helpers: 0, help_hours: 0, group_hours: 0, left_units: -1, note: '', now_at: 1, ...over })
const coupon = (over: Partial<Coupon>): Coupon => ({ id: 1, coupon_id: 1, name: '券', off_fen: 2000, pay_permille: 0, cap_fen: 0, at_fen: 0, scope: {}, stackable: false, state: 'ready', valid_from: 0, valid_until: 0, valid_days: 7, left_units: 0, ...over })

it('a threshold discount reads from its steps', () => {
  const steps = [{ at_fen: 20000, off_fen: 3000 }, { at_fen: 40000, off_fen: 8050 }]
  expect(thresholdText({ steps, cap_fen: 0 })).toBe('满 200 减 30，满 400 减 80.50')
  expect(thresholdText({ steps: steps.slice(0, 1), cap_fen: 2500 })).toBe('满 200 减 30，最多减 25')
  expect(thresholdText({ steps: [], cap_fen: 0 })).toBe('')
})

describe('promotions of an offer', () => {
  it('leaves out what is over, sold out or for another offer', () => {
    const all = [promo({ id: 1 }), promo({ id: 2, ends_at: 999 }), promo({ id: 3, left_units: 0 }), promo({ id: 4, sku_ids: [71] }), promo({ id: 5, sku_ids: [70] }), promo({ id: 6, starts_at: 1001 })]
    expect(promotionsOf(all, sku, 1000).map((p) => p.id)).toEqual([1, 5])
  })
  it('names a price only where one is promised', () => {
    const at = (sku_id: number, price_fen: number) => promo({ prices: [{ sku_id, price_fen, was_fen: 16900 }] })
    expect(promisedFen(at(70, 9900), sku)).toBe(9900)
    expect(promisedFen(at(71, 9900), sku)).toBe(0)
    expect(promisedFen(at(70, 19900), sku)).toBe(0)
    expect(promisedFen(promo({ price_fen: 9900 }), sku)).toBe(0)
  })
})

describe('what an offer is told', () => {
  it('is its own flash sale, the lowest of those that run', () => {
    const at = (id: number, sku_id: number, price_fen: number, over: Partial<Promotion> = {}) => promo({ id, prices: [{ sku_id, price_fen, was_fen: 0 }], sku_ids: [sku_id], ...over })
    const all = [at(1, 70, 12900), at(2, 70, 9900), at(3, 70, 8900, { starts_at: 2000 }), at(4, 71, 100)]
    expect(flashOf(all, sku, 1000)?.id).toBe(2)
    expect(flashOf(all, { ...sku, id: 71 }, 1000)?.id).toBe(4)
    expect(flashOf(all, { ...sku, id: 72 }, 1000)).toBeUndefined()
  })
  it('is a threshold only where its price comes to a step, or several can be bought', () => {
    const p = { steps: [{ at_fen: 10000, off_fen: 1000 }, { at_fen: 20000, off_fen: 3000 }] }
    expect([reaches(p, 9999, 'course'), reaches(p, 10000, 'course'), reaches(p, 100, 'service')]).toEqual([false, true, true])
  })
})

describe('an invoice', () => {
  const paid = { status: 'paid', paid_at: 1, paid_fen: 9900, refunded_fen: 0, group_id: 0, delivered: true, items: [{ kind: 'course' }] as never } as const
  it('is for money that stays: not while it goes back, nor before a group is complete', () => {
    expect(mayInvoice(paid)).toBe(true)
    expect(mayInvoice({ ...paid, refunded_fen: 900 })).toBe(true)
    expect(mayInvoice({ ...paid, refunded_fen: 9900 })).toBe(false)
    expect(mayInvoice({ ...paid, status: 'refunding' })).toBe(false)
    expect(mayInvoice({ ...paid, status: 'refunded' })).toBe(false)
    expect(mayInvoice({ ...paid, group_id: 5, delivered: false })).toBe(false)
    expect(mayInvoice({ ...paid, paid_fen: 0 })).toBe(false)
    expect(mayInvoice({ ...paid, items: [{ kind: 'deposit' }] as never })).toBe(false)
  })
})

describe('coupons in words', () => {
  it('says what they give, from when and for what', () => {
    expect(discount(850)).toBe('8.5 折')
    expect(couponRule(coupon({ at_fen: 1 }))).toBe('无门槛')
    expect(couponRule(coupon({ at_fen: 15000 }))).toBe('满 ¥150.00 可用')
    expect(couponRule(coupon({ off_fen: 0, pay_permille: 800, cap_fen: 5000 }))).toBe('无门槛 · 最多减 ¥50.00')
    expect(couponScope(coupon({ scope: { kinds: ['bundle', 'membership'] } }))).toBe('限课程包、会员')
    expect(couponTerm(coupon({}))).toBe('领取后 7 天内有效')
  })
  it('are worth what they take off, and nothing below their amount', () => {
    expect([couponWorth(coupon({}), 16900), couponWorth(coupon({ at_fen: 20000 }), 16900), couponWorth(coupon({ off_fen: 0, pay_permille: 850, cap_fen: 1000 }), 16900)]).toEqual([2000, 0, 1000])
  })
  it('fits goods by any mark, and all when none is named', () => {
    const marks = { productId: 7, skuId: 70, kind: 'course' as const, categoryId: 3, tags: ['写作'] }
    expect(inScope({}, marks)).toBe(true)
    expect(inScope({ products: [8] }, marks)).toBe(false)
    expect(inScope({ products: [8], categories: [3] }, marks)).toBe(true)
    expect(inScope({ tags: ['写作'] }, marks)).toBe(true)
  })
})

it('a paid order of a forming group waits', () => {
  const o = { status: 'paid', group_id: 9, delivered: false } as Order
  expect(waitsForGroup(o)).toBe(true)
  expect(waitsForGroup({ ...o, delivered: true })).toBe(false)
  expect(waitsForGroup({ ...o, status: 'refunded' })).toBe(false)
})

describe('memberships', () => {
  const tier = (title: string, pay_permille: number, more = {}) => ({ title, pay_permille, opens_all: false, categories: [], courses: [], ...more }) as unknown as Goods
  it('say what they give from what they open and take off', () => {
    expect(benefits(tier('银卡', 850, { categories: [{ id: 1, name: '写作' }] }))).toEqual(['「写作」的全部课程和专栏，包括之后上新的', '买其余课程、专栏和课程包打 8.5 折'])
    expect(benefits(tier('金卡', 700, { opens_all: true }))).toEqual(['全部课程和专栏，包括之后上新的', '买课程包打 7 折'])
    expect(benefits(tier('铜卡', 1000, { courses: [{ title: '甲' }] }))).toEqual(['1 门指定内容：甲'])
  })
  it('name every tier, the best first, and those that open it before those that only take off', () => {
    const both = [tier('银卡', 850), tier('金卡', 700, { opens_all: true })]
    expect(memberLine(both, { kind: 'bundle', courseId: 0 })).toBe('「金卡」7 折，「银卡」8.5 折')
    expect(memberLine(both, { kind: 'column', courseId: 3 })).toBe('开通「金卡」就能学')
    expect(memberLine(both, { kind: 'service', courseId: 0 })).toBe('')
  })
  it('and the promise about refunds speaks of the kind', () => {
    expect(refundHead('service', 0)).toBe('完成前可全额退款')
    expect(refundHead('column', 7)).toBe('7 天内可申请退款')
  })
})

it('time is added by offers with a period; an offer for good is no renewal', () => {
  const month: Sku = { ...sku, id: 71, period_months: 1 }
  const fixed: Sku = { ...sku, id: 72, until_at: 500 }
  expect(longer([sku], 100)).toEqual({ time: undefined, good: sku })
  expect(longer([{ ...month, trial: true }, sku, month], 100)).toEqual({ time: month, good: sku })
  expect([longer([fixed], 400).time, longer([fixed], 500).time]).toEqual([fixed, undefined])
})
