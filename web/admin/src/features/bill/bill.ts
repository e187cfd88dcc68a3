import type { Bill, BillLine, BillResult, BillSource, BillState, Page } from '@/app/types'
import type { IconName } from '@/ui/icons'

type Look = { tone: '' | 'ok' | 'warn' | 'bad' | 'brand'; icon: IconName }
/** How a day's state looks; its words come from the server. */
export const billLook: Record<BillState, Look> = {
  waiting: { tone: '', icon: 'clock' },
  failed: { tone: 'bad', icon: 'alert' },
  differs: { tone: 'warn', icon: 'info' },
  matched: { tone: 'ok', icon: 'check' },
}
/** The payment accounts that have bills. */
export const sources: { value: BillSource; label: string }[] = [
  { value: 'wechatpay', label: '微信支付' },
  { value: 'wechat_virtual', label: '小程序虚拟支付' },
  { value: 'alipay', label: '支付宝' },
]
/** The classes of what does not match, in the order of the page. */
export const classes: { value: Exclude<BillResult, 'matched'>; label: string }[] = [
  { value: 'missing_ours', label: '我方缺失' },
  { value: 'missing_theirs', label: '账单缺失' },
  { value: 'amount_differs', label: '金额不同' },
  { value: 'state_differs', label: '状态不同' },
]
/** How many lines of a day do not match, dealt with or not. */
export const differing = (b: Bill) => classes.reduce((n, c) => n + b[c.value], 0)
/** The classes that a day has something in, with how many. */
export const found = (b: Bill) => classes.filter((c) => b[c.value] > 0).map((c) => ({ ...c, n: b[c.value] }))

/** `2026-11-20` from 20261120, and back; 0 for what is no day. */
export const dayText = (day: number) => String(day).replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')
export const dayNumber = (text: string) => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? Number(text.replaceAll('-', '')) : 0)

const theirs: Record<string, string> = { done: '成功', pending: '处理中', failed: '失败' }
const ours: Record<string, string> = {
  created: '未支付', pending: '未支付', paid: '已支付', held: '待查款', closed: '已关闭', failed: '失败',
  requested: '待审核', approved: '已同意，待提交', processing: '退款中', succeeded: '已退款', rejected: '已拒绝', abnormal: '退款异常',
}
/** A state in words, '' when that side knows nothing of the line. */
export const theirState = (l: BillLine) => theirs[l.theirs_state] ?? l.theirs_state
export const ourState = (l: BillLine) => ours[l.ours_state] ?? l.ours_state

/** The bill of a day, looked for page by page, newest first; null when there is none. */
export async function findBill(day: number, load: (cursor: string) => Promise<Page<Bill>>): Promise<Bill | null> {
  for (let cursor = ''; ; ) {
    const { items, next_cursor } = await load(cursor)
    const hit = items.find((b) => b.day === day)
    if (hit || !next_cursor || items.some((b) => b.day < day)) return hit ?? null
    cursor = next_cursor
  }
}
