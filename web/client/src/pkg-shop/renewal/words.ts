import type { Renewal, RenewalCycle } from '@zhizhou/sdk'
import { day, yuan } from '@/app/format'

/** How often a contract charges. */
export const every = (months: number) => ({ 1: '每月', 3: '每季', 12: '每年' })[months] ?? `每 ${months} 个月`

/** What a contract does now, in one line. */
export function stateText(r: Renewal): string {
  if (r.state === 'signing') return '等待在微信里确认'
  if (r.state === 'active') return '已开通'
  const by: Record<string, string> = {
    user: '你已关闭', staff: '客服已关闭', channel: '已在微信里关闭', refund: '会员退款，已关闭', merge: '账号合并，已关闭', gone: '会员停售，已关闭',
    over: '会员已到期', unsigned: '没有完成确认', anew: '已重新开通',
  }
  return by[r.cancelled_by] ?? '已关闭'
}

/** The cycle that is still to come, if any. */
export const coming = (r: Renewal): RenewalCycle | undefined =>
  r.state === 'active' ? r.cycles.find((y) => y.state === 'planned' || y.state === 'noticed' || y.state === 'charging') : undefined

/** What became of a charge. */
export function cycleText(y: RenewalCycle): { text: string; note: string; bad: boolean } {
  switch (y.state) {
    case 'planned': return { text: '等待通知', note: `${day(y.notice_at)}左右由微信通知`, bad: false }
    case 'noticed': return { text: y.note ? '会再扣一次' : '已通知', note: y.note || `${day(y.charge_at)}扣 ${yuan(y.amount_fen)}`, bad: !!y.note }
    case 'charging': return { text: '扣款中', note: `${yuan(y.amount_fen)}，等待微信的结果`, bad: false }
    case 'paid': return { text: `已续费 ${yuan(y.paid_fen)}`, note: y.refunded_fen > 0 ? `已退 ${yuan(y.refunded_fen)}` : '会员已延长', bad: false }
    case 'failed': return { text: '没有续上', note: y.note || '扣款没有成功', bad: true }
  }
  return { text: '没有扣款', note: y.note, bad: false }
}
