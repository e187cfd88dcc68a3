import { expect, it } from 'vitest'
import type { Order } from '@/app/types'
import { linesOf } from './lines'

const item = (id: number, title: string, list_fen: number, price_fen: number, refunded_fen = 0) => ({ id, course_id: id, title, sku_name: '标准版', sku_id: id, kind: 'course', quantity: 1, list_fen, price_fen, refunded_fen, period_days: 0, refund_text: '' })
const quoted = (title: string, quantity: number, list_fen: number, pay_fen: number) => ({ title, sku_name: '标准版', quantity, list_fen, pay_fen, kind: 'course' })
const order = (over: object) => ({ status: 'paid', items: [item(1, '甲', 10000, 8000), item(2, '乙', 7000, 6000, 1000)], quote: { items: [quoted('乙', 2, 7000, 6000), quoted('甲', 1, 10000, 8000)] }, refunds: [], ...over }) as unknown as Order

it('each line finds its own part of the quote, whatever the order', () => {
  expect(linesOf(order({})).map((l) => [l.item.title, l.quote?.quantity, l.discountFen, l.leftFen])).toEqual([['甲', 1, 2000, 8000], ['乙', 2, 1000, 5000]])
})
it('money on its way back is not offered again', () => {
  const refunds = [{ title: '乙', amount_fen: 5000, status: 'processing', unclaimed: false }]
  expect(linesOf(order({ refunds })).map((l) => l.leftFen)).toEqual([8000, 0])
})
it('nothing can be given back of what was not paid', () => expect(linesOf(order({ status: 'pending' })).every((l) => l.leftFen === 0)).toBe(true))
it('an old order without a matching quote still shows its lines', () => expect(linesOf(order({ quote: { items: null } }))[0].quote).toBeNull())
