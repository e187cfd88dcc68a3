import type { Deal, Promotion, Sku } from '@zhizhou/sdk'
import { left, yuan } from './format'

/** What is known of the price of a course or of other goods in a list: the lowest without promotions, and what runs. */
export interface Priced { price_fen: number; varies: boolean; deals: Deal[]; is_free?: boolean; for_sale?: boolean }

/** A price in a list: what is charged now, whether other offers cost more, what it is called, and what else is to know. */
export interface Headline { fen: number; from: boolean; was: number; tag: string; notes: string[] }

export const isFree = (p: Priced) => p.is_free ?? p.price_fen === 0
export const onSale = (p: Priced) => p.for_sale ?? p.price_fen >= 0

/** The flash sales of one offer, for a price that stands beside its name. */
export function offered(s: Sku, all: Promotion[]): Priced {
  const deals = all.filter((p) => p.kind === 'flash').flatMap((p) => p.prices.filter((x) => x.sku_id === s.id && x.price_fen < s.price_fen).map((x): Deal => (
    { kind: 'flash', label: p.label, sku_id: s.id, sku_name: s.name, price_fen: x.price_fen, was_fen: x.was_fen, starts_at: p.starts_at, ends_at: p.ends_at, group_size: 0, left_units: p.left_units, now_at: p.now_at, varies: false })))
  return { price_fen: s.price_fen, varies: false, deals }
}

/** The offer that a shelf of sales leads to: that of the sale which runs, or begins, first. */
export const saleSku = (deals: Deal[]) => deals.filter((d) => d.kind === 'flash').sort((a, b) => a.starts_at - b.starts_at)[0]?.sku_id

/**
 * What a card says of its price at the server's time `now`: the lowest that can be paid, with 起 where offers differ.
 * A flash sale is the price while it runs for the offer that is then the cheapest; one for a dearer offer is told beside
 * it, like a group's price and that of newcomers, which ask for more. On a shelf of sales (`sale`) the flash price is
 * the one that is told, with the name of the offer that has it where others cost something else.
 */
export function headline(p: Pick<Priced, 'price_fen' | 'varies' | 'deals'>, now: number, stranger: boolean, sale = false): Headline {
  const usual = p.price_fen
  const open = p.deals.filter((d) => d.ends_at > now && d.left_units !== 0)
  const live = (kind: Deal['kind']) => open.filter((d) => d.kind === kind && d.starts_at <= now).sort((a, b) => a.price_fen - b.price_fen)[0]
  const flash = live('flash')
  const on = flash && (sale || flash.price_fen < usual)
  const out: Headline = { fen: on ? flash.price_fen : usual, from: on ? flash.varies && !sale : p.varies, was: on ? flash.was_fen : 0, tag: on ? '秒杀' : '', notes: [] }
  if (on && sale && flash.varies && flash.sku_name) out.notes.push(flash.sku_name)
  if (on) out.notes.push(`剩 ${left(flash.ends_at - now)}`)
  else if (flash && p.varies) out.notes.push(`限时秒杀 ${yuan(flash.price_fen)}，剩 ${left(flash.ends_at - now)}`)
  const soon = open.filter((d) => d.kind === 'flash' && d.starts_at > now && (d.price_fen < out.fen || p.varies)).sort((a, b) => a.starts_at - b.starts_at)[0]
  if (soon && !flash) out.notes.push(`秒杀 ${yuan(soon.price_fen)}，${left(soon.starts_at - now)}后开始`)
  const group = live('group')
  if (group && group.price_fen < out.fen) out.notes.push(`${group.group_size} 人团 ${yuan(group.price_fen)}`)
  const first = live('newcomer')
  if (stranger && first && first.price_fen < out.fen) out.notes.push(`新人价 ${yuan(first.price_fen)}`)
  return out
}
