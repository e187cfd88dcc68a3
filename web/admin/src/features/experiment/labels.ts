import type { IconName } from '@/ui/icons'
import type { ExperimentRow } from '@/app/types'

/** How the states of an experiment look. */
export const looks: Record<ExperimentRow['status'], { label: string; tone: '' | 'ok' | 'warn' | 'brand'; icon: IconName }> = {
  draft: { label: '草稿', tone: '', icon: 'pen' },
  running: { label: '进行中', tone: 'ok', icon: 'check' },
  stopped: { label: '已停止', tone: '', icon: 'history' },
}
