import type { Order } from '@zhizhou/sdk'
import { waitsForGroup } from '@/app/selling'
import { yuan } from '@/app/format'

/** One thing that happened to an order; `at` is UTC ms. */
export interface Event { at: number; text: string; note: string; bad?: boolean }

function afterPaying(o: Order): string {
  if (o.gift) return '领取链接已生成'
  if (waitsForGroup(o)) return '等待成团'
  if (!o.delivered) return ''
  if (o.items.length > 0 && o.items.every((i) => i.kind === 'service')) return '等我们联系安排'
  if (o.items.some((i) => i.kind === 'class' || i.kind === 'deposit')) return '已报名'
  return o.items.every((i) => i.kind === 'course') ? '课程已开通' : '已开通'
}

/** What happened to an order, newest first. */
export function timeline(o: Order): Event[] {
  const events: Event[] = [{ at: o.created_at, text: '下单', note: '' }]
  // A channel tells the time of a payment in whole seconds, which may lie before the order.
  if (o.paid_at) events.push({ at: Math.max(o.paid_at, o.created_at), text: o.total_fen > 0 ? `支付 ${yuan(o.paid_fen)}` : '领取', note: afterPaying(o) })
  for (const i of o.items) if (i.service?.done_at) events.push({ at: i.service.done_at, text: o.items.length > 1 ? `《${i.title}》已交付` : '服务已交付', note: i.service.note })
  for (const r of o.refunds) {
    events.push({ at: r.requested_at, text: `申请退款 ${yuan(r.amount_fen)}`, note: o.items.length > 1 && r.title ? `《${r.title}》${r.reason}` : r.reason })
    if (r.finished_at) events.push({ at: r.finished_at, text: r.status_label, note: r.reply || (r.status === 'succeeded' ? '钱已原路退回' : ''), bad: r.status === 'rejected' || r.status === 'abnormal' })
  }
  return events.reverse().sort((a, b) => b.at - a.at)
}
