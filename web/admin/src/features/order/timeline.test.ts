import { describe, expect, it } from 'vitest'
import type { Order, Payment, Refund } from '@/app/types'
import { refundable, timeline } from './timeline'

const pay = (over: Partial<Payment>): Payment => ({ out_trade_no: 'p', channel: 'wechat_native', status: 'paid', outcome: 'settled', amount_fen: 14400, transaction_id: '42', note: '', created_at: 20, paid_at: 30, ...over })
const refund = (over: Partial<Refund>): Refund => ({ id: 1, no: 'r', order_no: 'o', title: '', nickname: '', cause: 'requested', amount_fen: 14400, reason: '买重了', reply: '', status: 'requested', status_label: '', watched_percent: 5, delivered_percent: 5, first_by: 0, paid_at: 30, requested_at: 40, decided_at: 0, finished_at: 0, last_error: '', unclaimed: false, service: null, ...over })
const order = (over: Partial<Order>) => ({ status: 'paid', created_at: 10, terms_at: 10, expires_at: 100, paid_fen: 14400, refunded_fen: 0, payments: [pay({})], refunds: [], events: [], ...over }) as unknown as Order
const titles = (o: Order) => timeline(o).map((s) => s.title)

describe('timeline', () => {
  it('tells buying and a waiting request in order', () => {
    const o = order({ refunds: [refund({})] })
    expect(titles(o)).toEqual(['提交订单', '支付成功', '学员申请 ¥144.00', '等待财务审核'])
    expect(timeline(o)[3].tone).toBe('wait')
  })
  it('says who decided about a refund, when, and what was replied', () => {
    const o = order({
      refunds: [refund({ status: 'processing', decided_at: 45 })],
      events: [
        { at: 43, kind: 'refund_first_approval', note: '', who: '林悦' },
        { at: 45, kind: 'refund_approve', note: '祝顺利', who: '周岚' },
      ],
    })
    expect(timeline(o).map((s) => [s.title, s.note])).toEqual([
      ['提交订单', '已确认购买须知'],
      ['支付成功', '微信支付（扫码） ¥144.00，流水 42'],
      ['学员申请 ¥144.00', '「买重了」'],
      ['同意退款，待另一人复核', '林悦'],
      ['同意退款', '周岚，「祝顺利」'],
      ['通道退款中', '授权已收回'],
    ])
  })
  it('says how a service stands instead of what was studied', () => {
    const service = (state: 'waiting' | 'done' | 'cancelled') => ({ state, note: '', given_at: 0, done_at: 0, done_by: '', blocked: '' })
    expect(timeline(order({ refunds: [refund({ service: service('done') })] }))[3].note).toBe('服务已交付')
    expect(timeline(order({ refunds: [refund({ status: 'approved', service: service('cancelled') })] }))[3].note).toBe('服务不再交付')
  })
  it('puts placing first even when the channel cut the milliseconds of the payment', () => {
    expect(titles(order({ created_at: 1500, payments: [pay({ paid_at: 1000 })] }))).toEqual(['提交订单', '支付成功'])
  })
  it('marks a double payment and its way back', () => {
    const o = order({ payments: [pay({}), pay({ outcome: 'duplicate', paid_at: 35 })], refunds: [refund({ cause: 'duplicate', status: 'succeeded', requested_at: 36, finished_at: 50, reason: '' })] })
    expect(titles(o)).toEqual(['提交订单', '支付成功', '收到付款：重复支付', '重复支付，自动退回 ¥144.00', '退款到账'])
  })
  it('shows a held payment and leaves out attempts that brought nothing', () => {
    const o = order({ status: 'pending', payments: [pay({ status: 'closed' }), pay({ status: 'held', note: '金额不符' })] })
    expect(titles(o)).toEqual(['提交订单', '收到付款，待核对', '等待支付'])
  })
  it('says that access stays after a part was given back', () => {
    const note = (fen: number) => timeline(order({ refunds: [refund({ status: 'processing', decided_at: 45, amount_fen: fen })] })).find((s) => s.title === '通道退款中')?.note
    expect(note(800)).toBe('部分退款，授权保留')
    expect(note(14400)).toBe('授权已收回')
  })
  it('keeps an abnormal refund visible with its reason', () => {
    const steps = timeline(order({ refunds: [refund({ status: 'abnormal', decided_at: 45, last_error: '余额不足' })] }))
    expect(steps[steps.length - 1]).toMatchObject({ title: '退款异常', note: '余额不足', tone: 'bad' })
  })
})

describe('refundable', () => {
  it('is what is left after money back and money on its way', () => {
    expect(refundable(order({ refunded_fen: 4400 }))).toBe(10000)
    expect(refundable(order({ refunds: [refund({ status: 'processing' })] }))).toBe(0)
    expect(refundable(order({ refunds: [refund({ status: 'rejected' })] }))).toBe(14400)
    expect(refundable(order({ status: 'pending' }))).toBe(0)
  })
  it('does not count the way back of a double payment against the order', () => {
    expect(refundable(order({ refunds: [refund({ cause: 'duplicate', unclaimed: true, status: 'processing' })] }))).toBe(14400)
  })
})
