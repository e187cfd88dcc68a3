import type { Order, OrderItem, QuoteItem } from '@/app/types'

/** A line of an order with what the quote of its day says of it. */
export interface Line {
  item: OrderItem
  quote: QuoteItem | null
  discountFen: number
  /** What can still be given back of this line. */
  leftFen: number
}

/** Money of a line that is on its way back is not the line's any more; refunds name their line by its title alone. */
function pendingOf(o: Order, item: OrderItem): number {
  const open = o.refunds.filter((r) => !r.unclaimed && ['requested', 'approved', 'processing', 'abnormal'].includes(r.status))
  const mine = o.items.length === 1 ? open : open.filter((r) => r.title === item.title)
  return mine.reduce((a, r) => a + r.amount_fen, 0)
}

/** The lines of an order. Order lines are made of the quote's items, one for one. */
export function linesOf(o: Order): Line[] {
  const free = [...(o.quote.items ?? [])]
  return o.items.map((item) => {
    const i = free.findIndex((q) => q.title === item.title && q.sku_name === item.sku_name && q.pay_fen === item.price_fen)
    const quote = i >= 0 ? free.splice(i, 1)[0] : null
    const leftFen = o.status === 'paid' ? Math.max(0, item.price_fen - item.refunded_fen - pendingOf(o, item)) : 0
    return { item, quote, discountFen: Math.max(0, item.list_fen - item.price_fen), leftFen }
  })
}
