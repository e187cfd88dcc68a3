import { expect, it } from 'vitest'
import type { Order } from '@zhizhou/sdk'
import { timeline } from './timeline'

const order = (over: Partial<Order>): Order => ({
  no: 'A1', status: 'paid', state: 'paid', status_label: '已支付', total_fen: 14900, paid_fen: 14900, refunded_fen: 0, created_at: 1000, expires_at: 0, paid_at: 2000,
  items: [], quote_lines: [], refunds: [], channels: [], refundable: { item_id: 1, allowed: true, reason: '', max_fen: 14900 }, gift: false, auto: false, group_id: 0, delivered: true, ...over,
})

it('tells an order newest first', () => {
  expect(timeline(order({})).map((e) => e.text)).toEqual(['支付 ¥149.00', '下单'])
})

it('tells the answer to a refund, marked when it was refused', () => {
  const refund = { no: 'R1', status: 'rejected' as const, status_label: '未通过', amount_fen: 14900, item_id: 1, title: '写作课', reason: '买错了', reply: '已学完全部课时', requested_at: 3000, finished_at: 4000 }
  const events = timeline(order({ refunds: [refund] }))
  expect(events.map((e) => e.text)).toEqual(['未通过', '申请退款 ¥149.00', '支付 ¥149.00', '下单'])
  expect(events[0]).toMatchObject({ note: '已学完全部课时', bad: true })
})

it('says which of several lines a refund is about', () => {
  const refund = { no: 'R1', status: 'requested' as const, status_label: '等待审核', amount_fen: 4900, item_id: 2, title: '报表课', reason: '买错了', reply: '', requested_at: 3000, finished_at: 0 }
  const line = (id: number) => ({ id }) as Order['items'][number]
  expect(timeline(order({ items: [line(1), line(2)], refunds: [refund] }))[0]?.note).toBe('《报表课》买错了')
})

it('says what paying led to', () => {
  const note = (over: Partial<Order>) => timeline(order(over))[0].note
  expect([note({}), note({ group_id: 5, delivered: false }), note({ gift: true })]).toEqual(['课程已开通', '等待成团', '领取链接已生成'])
})

it('a payment told in whole seconds still comes after the order', () => {
  expect(timeline(order({ created_at: 2400, paid_at: 2000 })).map((e) => e.text)).toEqual(['支付 ¥149.00', '下单'])
})

it('a free order was taken, not paid', () => {
  expect(timeline(order({ total_fen: 0, paid_fen: 0 }))[0].text).toBe('领取')
})
