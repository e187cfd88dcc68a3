import type { ShipmentState } from '@/app/types'
import type { IconName } from '@/ui/icons'

/** What the list can be narrowed to. */
export const states: { value: ShipmentState | ''; label: string }[] = [
  { value: 'stuck', label: '需要处理' },
  { value: 'pending', label: '待上传' },
  { value: 'shipped', label: '已上传' },
  { value: 'settled', label: '已结算' },
  { value: 'unmanaged', label: '不需要' },
  { value: 'refunded', label: '已退款' },
  { value: '', label: '全部' },
]

/** How a state looks; its words come from the server. */
export const look: Record<ShipmentState, { tone: '' | 'ok' | 'warn' | 'bad' | 'brand'; icon: IconName }> = {
  pending: { tone: 'warn', icon: 'clock' },
  shipped: { tone: 'brand', icon: 'upload' },
  settled: { tone: 'ok', icon: 'check' },
  refunded: { tone: '', icon: 'refresh' },
  unmanaged: { tone: '', icon: 'info' },
  stuck: { tone: 'bad', icon: 'alert' },
}

/** What an empty list says. */
export function nothing(state: ShipmentState | ''): { title: string; text: string } {
  if (state === 'stuck') return { title: '没有需要处理的', text: '微信多次拒绝的发货信息会停在这里，等人重新上传。' }
  return { title: state ? '这里没有发货信息' : '还没有发货信息', text: '只有小程序里的普通微信支付才要告诉微信已发货。' }
}
