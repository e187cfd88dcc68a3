import type { Deal } from '@zhizhou/sdk'
import { left, yuan } from './format'

/** A price in a list: what is charged now, what it is called, and what else is to know. */
export interface Headline { fen: number; was: number; tag: string; notes: string[] }

/**
 * What a card says of its price at the server's time `now`. `usual` is the lowest price without promotions.
 * A flash sale is the price while it runs; a group's price and that of newcomers stand beside it, because they ask for more.
 */
export function headline(usual: number, deals: Deal[], now: number, stranger: boolean): Headline {
  const open = deals.filter((d) => d.ends_at > now && d.left_units !== 0)
  const live = (kind: Deal['kind']) => open.filter((d) => d.kind === kind && d.starts_at <= now).sort((a, b) => a.price_fen - b.price_fen)[0]
  const flash = live('flash')
  const on = flash && flash.price_fen < usual
  const out: Headline = { fen: on ? flash.price_fen : usual, was: on ? flash.was_fen : 0, tag: on ? '秒杀' : '', notes: [] }
  if (on) out.notes.push(`剩 ${left(flash.ends_at - now)}`)
  const soon = open.filter((d) => d.kind === 'flash' && d.starts_at > now && d.price_fen < out.fen).sort((a, b) => a.starts_at - b.starts_at)[0]
  if (soon && !on) out.notes.push(`秒杀 ${yuan(soon.price_fen)}，${left(soon.starts_at - now)}后开始`)
  const group = live('group')
  if (group && group.price_fen < out.fen) out.notes.push(`${group.group_size} 人团 ${yuan(group.price_fen)}`)
  const first = live('newcomer')
  if (stranger && first && first.price_fen < out.fen) out.notes.push(`新人价 ${yuan(first.price_fen)}`)
  return out
}
