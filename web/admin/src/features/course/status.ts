import type { CourseStatus } from '@/app/types'
import type { IconName } from '@/ui/icons'

/** How a course's state reads and looks. */
export const courseStatus: Record<CourseStatus, { label: string; tone: '' | 'ok' | 'warn' | 'brand'; icon: IconName }> = {
  draft: { label: '草稿', tone: '', icon: 'pen' },
  scheduled: { label: '定时上架', tone: 'brand', icon: 'clock' },
  published: { label: '在售', tone: 'ok', icon: 'check' },
  unpublished: { label: '已下架', tone: 'warn', icon: 'pause' },
}
