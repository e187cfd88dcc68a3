import { dayEnd, dayStart } from '@/app/format'
import { kindLabels } from '@/features/catalogue/catalogue'
import { channelLabel } from './labels'

/** What the list of orders is narrowed by, beside its words and state; days are China's, '' is any. */
export interface Narrow { kind: string; channel: string; first: string; last: string }

/** Nothing narrowed. */
export const anyOrder = (): Narrow => ({ kind: '', channel: '', first: '', last: '' })

/** The kinds of goods that an order may have. */
export const goodsKinds = Object.entries(kindLabels).map(([key, label]) => ({ key, label }))

/** The channels that an order's money may have come by. */
export const payChannels = ['wechat_jsapi', 'wechat_mini', 'wechat_h5', 'wechat_native', 'wechat_papay', 'wechat_virtual', 'alipay_wap', 'alipay_page', 'free'].map((key) => ({ key, label: channelLabel(key) }))

/** The states as people speak of them. */
export const orderStates = [
  { value: '', label: '全部' }, { value: 'pending', label: '待支付' }, { value: 'paid', label: '已支付' }, { value: 'group', label: '等待成团' }, { value: 'to_give', label: '待交付' }, { value: 'refunding', label: '退款中' },
  { value: 'part_refunded', label: '部分退款' }, { value: 'refunded', label: '已退款' }, { value: 'closed', label: '已关闭' },
]

/** The query of a list; the last day counts whole. */
export function narrowQuery(n: Narrow) {
  return { kind: n.kind, channel: n.channel, from: dayStart(n.first), to: dayEnd(n.last) }
}

/** Whether anything is narrowed. */
export const narrowed = (n: Narrow) => !!(n.kind || n.channel || n.first || n.last)

