import type { WithdrawalState } from '@/app/types'
import type { IconName } from '@/ui/icons'

/** How each state of a withdrawal looks. */
export const look: Record<WithdrawalState, { tone: '' | 'ok' | 'warn' | 'bad' | 'brand'; icon: IconName }> = {
  requested: { tone: 'warn', icon: 'clock' },
  approved: { tone: 'brand', icon: 'check' },
  sending: { tone: 'brand', icon: 'clock' },
  wait_confirm: { tone: 'brand', icon: 'clock' },
  succeeded: { tone: 'ok', icon: 'check' },
  rejected: { tone: '', icon: 'info' },
  failed: { tone: 'bad', icon: 'info' },
  cancelled: { tone: '', icon: 'info' },
  expired: { tone: '', icon: 'info' },
}

/** The states to choose from in the list, the pressing ones first. */
export const states: { value: WithdrawalState | ''; label: string }[] = [
  { value: 'requested', label: '待审核' },
  { value: 'sending', label: '转账中' },
  { value: 'wait_confirm', label: '待确认' },
  { value: 'succeeded', label: '已到账' },
  { value: 'failed', label: '失败' },
  { value: 'expired', label: '超时' },
  { value: 'rejected', label: '已拒绝' },
  { value: '', label: '全部' },
]

/** Whose rate it is. */
export const earners: Record<string, string> = { anyone: '所有人', creator: '创作者合伙人', class_teacher: '班主任合伙人', senior_learner: '优秀学员合伙人', agency: '机构合伙人' }

export const scopes = { all: '全部商品', kind: '一类商品', product: '一个商品' } as const

/** Percent with at most two decimals from hundredths of a percent: 1250 → "12.5". */
export const percent = (bps: number) => String(bps / 100)

/** Hundredths of a percent from what a person typed; null when it is none from 0 to 50. */
export function parsePercent(text: string): number | null {
  const m = /^(\d{1,2})(?:\.(\d{1,2}))?$/.exec(text.replace(/[%％]\s*$/, '').trim())
  const bps = m ? Number(m[1]) * 100 + Number((m[2] ?? '').padEnd(2, '0')) : -1
  return bps >= 0 && bps <= 5000 ? bps : null
}
