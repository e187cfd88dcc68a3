import { describe, expect, it } from 'vitest'
import type { Deal, Promotion } from '@zhizhou/sdk'
import { headline, isFree, offered, onSale, saleSku } from './deal'

const hour = 3600_000
const deal = (over: Partial<Deal>): Deal => ({ kind: 'flash', label: '秒杀', sku_id: 7, sku_name: '季', price_fen: 9900, was_fen: 16900, starts_at: 10 * hour, ends_at: 12 * hour, group_size: 0, left_units: -1, now_at: 0, varies: false, ...over })
const card = (price_fen: number, deals: Deal[], varies = false) => ({ price_fen, deals, varies })

describe('the price of a card', () => {
  it('turns to the flash price when it starts and back when it ends', () => {
    const c = card(16900, [deal({})])
    expect(headline(c, 9 * hour, true)).toEqual({ fen: 16900, from: false, was: 0, tag: '', notes: ['秒杀 ¥99.00，1 小时后开始'] })
    expect(headline(c, 10 * hour, true)).toEqual({ fen: 9900, from: false, was: 16900, tag: '秒杀', notes: ['剩 2 小时'] })
    expect(headline(c, 12 * hour, true)).toEqual({ fen: 16900, from: false, was: 0, tag: '', notes: [] })
  })
  it('says 起 where offers differ, with a sale and without', () => {
    expect(headline(card(16900, [], true), 0, true)).toEqual({ fen: 16900, from: true, was: 0, tag: '', notes: [] })
    expect(headline(card(16900, [deal({ varies: true })], true), 11 * hour, true)).toEqual({ fen: 9900, from: true, was: 16900, tag: '秒杀', notes: ['剩 1 小时'] })
    expect(headline(card(16900, [deal({})], true), 11 * hour, true).from).toBe(false)
  })
  it('tells of a sale on a dearer offer beside the lowest price', () => {
    expect(headline(card(8000, [deal({ varies: true })], true), 11 * hour, true)).toEqual({ fen: 8000, from: true, was: 0, tag: '', notes: ['限时秒杀 ¥99.00，剩 1 小时'] })
    expect(headline(card(8000, [deal({ varies: true })], true), 9 * hour, true).notes).toEqual(['秒杀 ¥99.00，1 小时后开始'])
  })
  it('is never a promotion that is used up, or above the usual price', () => {
    expect(headline(card(16900, [deal({ left_units: 0 })]), 11 * hour, true).fen).toBe(16900)
    expect(headline(card(8000, [deal({})]), 11 * hour, true)).toEqual({ fen: 8000, from: false, was: 0, tag: '', notes: [] })
  })
  it('names what groups and newcomers pay only where that is less, and newcomers to strangers alone', () => {
    const c = card(16900, [deal({}), deal({ kind: 'group', group_size: 3, price_fen: 8000 }), deal({ kind: 'newcomer', price_fen: 7000 }), deal({ kind: 'newcomer', price_fen: 9900 })])
    expect(headline(c, 11 * hour, true).notes).toEqual(['剩 1 小时', '3 人团 ¥80.00', '新人价 ¥70.00'])
    expect(headline(c, 11 * hour, false).notes).toEqual(['剩 1 小时', '3 人团 ¥80.00'])
  })
  it('on a shelf of sales is the flash price, with the name of the offer that has it', () => {
    const c = card(1900, [deal({ price_fen: 2900, was_fen: 4900, varies: true })], true)
    expect(headline(c, 11 * hour, true, true)).toEqual({ fen: 2900, from: false, was: 4900, tag: '秒杀', notes: ['季', '剩 1 小时'] })
    expect(headline(card(4900, [deal({ price_fen: 2900 })]), 11 * hour, true, true).notes).toEqual(['剩 1 小时'])
    expect(saleSku([deal({ sku_id: 9, starts_at: 11 * hour }), deal({ kind: 'group', sku_id: 8, starts_at: 0 }), deal({})])).toBe(7)
  })
  it('of one offer takes the sales of that offer alone', () => {
    const sku = { id: 7, name: '季', price_fen: 4900, period_days: 0, period_months: 3, until_at: 0, trial: false }
    const sale: Promotion = { id: 1, kind: 'flash', label: '秒杀', sku_ids: [7, 8], prices: [{ sku_id: 7, price_fen: 2900, was_fen: 4900 }, { sku_id: 8, price_fen: 900, was_fen: 0 }], price_fen: 0, pay_permille: 0, cap_fen: 0, steps: [], starts_at: 0, ends_at: hour, group_size: 0, group_hours: 0, helpers: 0, help_hours: 0, left_units: -1, note: '', now_at: 1 }
    const of = (...all: Promotion[]) => headline(offered(sku, all), 1, true)
    expect(of(sale)).toMatchObject({ fen: 2900, was: 4900, tag: '秒杀', from: false })
    expect(of({ ...sale, kind: 'group' }, { ...sale, ends_at: 1 }, { ...sale, prices: sale.prices.slice(1) })).toMatchObject({ fen: 4900, tag: '' })
  })
  it('knows what is free and what is not for sale, of courses and of other goods', () => {
    expect([isFree({ ...card(0, []), is_free: true }), isFree(card(0, [])), isFree({ ...card(0, []), is_free: false })]).toEqual([true, true, false])
    expect([onSale({ ...card(0, []), for_sale: false }), onSale(card(-1, [])), onSale(card(1, []))]).toEqual([false, false, true])
  })
})
