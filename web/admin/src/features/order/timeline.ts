import { yuan } from '@/app/format'
import type { Order } from '@/app/types'
import { look } from '@/features/service/service'
import { causeLabel, channelLabel } from './labels'

/** One thing that happened to an order; `wait` marks what still stands out. */
export interface Step {
  at: number
  title: string
  note: string
  tone: 'done' | 'wait' | 'bad'
}

const outcomes: Record<string, string> = { duplicate: '重复支付', late: '订单关闭后到账', mismatch: '金额或商户与订单不符' }
const channelEvents: Record<string, string> = { channel_refund: '支付平台退款', refund_abnormal: '退款异常', refund_mismatch: '退款金额不符' }
const heldEvents: Record<string, string> = { held_refund: '待查款退回付款人', held_match: '待查款对上这笔订单', held_explain: '待查款已记说明' }

function payments(o: Order): Step[] {
  return o.payments.flatMap<Step>((p) => {
    if (p.status === 'held')
      return [{ at: p.paid_at || p.created_at, title: '收到付款，待核对', note: [channelLabel(p.channel), p.note].filter(Boolean).join('，'), tone: 'bad' }]
    if (p.status !== 'paid') return []
    const odd = outcomes[p.outcome]
    return [
      {
        at: p.paid_at,
        title: odd ? `收到付款：${odd}` : '支付成功',
        note: `${channelLabel(p.channel)} ${yuan(p.amount_fen)}${p.transaction_id ? `，流水 ${p.transaction_id}` : ''}`,
        tone: odd ? 'bad' : 'done',
      },
    ]
  })
}
/** What a refund leaves of a service. */
const serviceAfter = { waiting: '部分退款，服务仍待交付', done: '服务已经交付', cancelled: '服务不再交付' }
const asked = (o: Order) =>
  o.refunds.map<Step>((r) => ({ at: r.requested_at, title: `${causeLabel(r.cause)} ${yuan(r.amount_fen)}`, note: r.reason && `「${r.reason}」`, tone: 'done' }))
const decisions: Record<string, string> = { refund_first_approval: '同意退款，待另一人复核', refund_approve: '同意退款', refund_reject: '已拒绝退款', refund_retry: '重新退款' }
/** Who of staff decided, and what was replied. */
const decided = (o: Order) =>
  o.events
    .filter((e) => decisions[e.kind])
    .map<Step>((e) => ({ at: e.at, title: decisions[e.kind], note: [e.who, e.note && `「${e.note}」`].filter(Boolean).join('，'), tone: 'done' }))
function refunds(o: Order): Step[] {
  return o.refunds.flatMap<Step>((r) => {
    const steps: Step[] = []
    if (r.status === 'requested') steps.push({ at: r.requested_at, title: '等待财务审核', note: r.service ? `服务${look[r.service.state].label}` : `已学 ${r.watched_percent}%`, tone: 'wait' })
    if (r.status === 'approved' || r.status === 'processing')
      steps.push({
        at: r.decided_at || r.requested_at,
        title: '通道退款中',
        note: r.service ? serviceAfter[r.service.state] : r.unclaimed ? '不影响授权' : o.items?.length > 1 ? '退完的那一行收回授权' : r.amount_fen < o.paid_fen ? '部分退款，授权保留' : '授权已收回',
        tone: 'wait',
      })
    if (r.status === 'abnormal') steps.push({ at: r.decided_at || r.requested_at, title: '退款异常', note: r.last_error, tone: 'bad' })
    if (r.status === 'succeeded') steps.push({ at: r.finished_at, title: '退款到账', note: `原路退回 ${yuan(r.amount_fen)}`, tone: 'done' })
    return steps
  })
}

const soldEvents: Record<string, string> = { service_done: '服务已完成', gift_received: '赠送被领取', group_succeeded: '拼团成功', group_failed: '没有成团' }

/** The story of an order in the order it happened: placed, paid, refunded, and what went wrong on the way. */
export function timeline(o: Order): Step[] {
  const steps: Step[] = [...payments(o), ...asked(o), ...decided(o), ...refunds(o)]
  for (const e of o.events) if (soldEvents[e.kind]) steps.push({ at: e.at, title: soldEvents[e.kind], note: e.note, tone: 'done' })
  for (const e of o.events) if (channelEvents[e.kind]) steps.push({ at: e.at, title: channelEvents[e.kind], note: e.note, tone: 'bad' })
  for (const e of o.events) if (heldEvents[e.kind]) steps.push({ at: e.at, title: heldEvents[e.kind], note: e.note, tone: 'done' })
  if (o.status === 'closed') steps.push({ at: o.expires_at, title: '订单关闭', note: '超时未支付', tone: 'done' })
  if (o.status === 'pending') steps.push({ at: o.expires_at, title: '等待支付', note: '到时自动关闭', tone: 'wait' })
  // Channels tell whole seconds, so a payment may seem older than the order that it pays.
  const placed: Step = { at: o.created_at, title: '提交订单', note: o.terms_at ? '已确认购买须知' : '', tone: 'done' }
  return [
    placed,
    ...steps
      .map((s, i) => ({ s, i }))
      .sort((a, b) => a.s.at - b.s.at || a.i - b.i)
      .map(({ s }) => s),
  ]
}

/** Fen that can still be given back by hand: what came in for this order, less what is back or on its way. */
export function refundable(o: Order): number {
  const open = o.refunds
    .filter(
      (r) =>
        (r.status === 'requested' || r.status === 'approved' || r.status === 'processing' || r.status === 'abnormal') &&
        !r.unclaimed,
    )
    .reduce((a, r) => a + r.amount_fen, 0)
  return o.status === 'paid' ? Math.max(0, o.paid_fen - o.refunded_fen - open) : 0
}
