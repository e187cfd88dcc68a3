import type { OrderState, RefundStatus } from '@/app/types'
import type { IconName } from '@/ui/icons'

type Look = { tone: '' | 'ok' | 'warn' | 'bad' | 'brand'; icon: IconName }
/** How an order's state looks; its words come from the server. */
export const orderLook: Record<OrderState, Look> = {
  pending: { tone: 'warn', icon: 'clock' },
  paid: { tone: 'ok', icon: 'check' },
  group: { tone: 'warn', icon: 'clock' },
  refunding: { tone: 'warn', icon: 'refresh' },
  to_give: { tone: 'warn', icon: 'clock' },
  part_refunded: { tone: 'brand', icon: 'refresh' },
  closed: { tone: '', icon: 'close' },
  refunded: { tone: 'brand', icon: 'refresh' },
}
/** How a refund's state looks. */
export const refundLook: Record<RefundStatus, Look> = {
  requested: { tone: 'warn', icon: 'clock' },
  approved: { tone: 'brand', icon: 'refresh' },
  processing: { tone: 'brand', icon: 'refresh' },
  succeeded: { tone: 'ok', icon: 'check' },
  rejected: { tone: '', icon: 'close' },
  abnormal: { tone: 'bad', icon: 'alert' },
}
const channels: Record<string, string> = {
  wechat_jsapi: '微信支付（公众号）',
  wechat_mini: '微信支付（小程序）',
  wechat_h5: '微信支付（手机浏览器）',
  wechat_native: '微信支付（扫码）',
  wechat_papay: '微信支付（自动续费）',
  alipay_wap: '支付宝（手机）',
  alipay_page: '支付宝（电脑）',
  wechat_virtual: '小程序虚拟支付',
  free: '免费',
}
/** The channels that have a name. */
export const channelKeys = Object.keys(channels)
/** Chinese name of a payment channel. */
export const channelLabel = (key: string) => channels[key] ?? key

const causes: Record<string, string> = {
  requested: '学员申请',
  staff: '商家主动退款',
  duplicate: '重复支付，自动退回',
  late: '订单关闭后才付款，自动退回',
  channel: '支付平台退款',
  group_failed: '没有成团，自动退回',
  gift_unreceived: '买家退回没被领取的赠送',
  sold_out: '卖完了，自动退回',
  deposit: '退还打卡押金',
  class_cancelled: '打卡班取消，自动退回',
}
/** Whether a cause of refunds has words. */
export const knowsCause = (cause: string) => cause in causes
/** Why there is a refund. */
export const causeLabel = (cause: string) => causes[cause] ?? cause
