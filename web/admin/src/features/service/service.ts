import type { ServiceState } from '@/app/types'
import type { IconName } from '@/ui/icons'

/** How the state of a service reads and looks. */
export const look: Record<ServiceState['state'], { label: string; tone: '' | 'ok' | 'warn'; icon: IconName }> = {
  waiting: { label: '待交付', tone: 'warn', icon: 'clock' },
  done: { label: '已完成', tone: 'ok', icon: 'check' },
  cancelled: { label: '已取消', tone: '', icon: 'close' },
}
