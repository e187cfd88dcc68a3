import { date, time } from '@/app/format'
import type { ServiceState } from '@/app/types'
import type { IconName } from '@/ui/icons'

/** How the state of a service reads and looks. */
export const look: Record<ServiceState['state'], { label: string; tone: '' | 'ok' | 'warn'; icon: IconName }> = {
  waiting: { label: '待交付', tone: 'warn', icon: 'clock' },
  done: { label: '已交付', tone: 'ok', icon: 'check' },
  cancelled: { label: '已取消', tone: '', icon: 'close' },
}

/** What was done, when, and who said so. */
export const doneText = (s: Pick<ServiceState, 'note' | 'given_at' | 'done_at' | 'done_by'>) =>
  [s.given_at ? `${date(s.given_at)}：${s.note}` : s.note, `${s.done_by ? `${s.done_by} ` : ''}${time(s.done_at)} 标记`].join(' · ')
