import type { CourseForm, CourseStatus } from '@/app/types'
import type { IconName } from '@/ui/icons'

/** How a course's state reads and looks. */
export const courseStatus: Record<CourseStatus, { label: string; tone: '' | 'ok' | 'warn' | 'brand'; icon: IconName }> = {
  draft: { label: '草稿', tone: '', icon: 'pen' },
  scheduled: { label: '定时上架', tone: 'brand', icon: 'clock' },
  published: { label: '在售', tone: 'ok', icon: 'check' },
  unpublished: { label: '已下架', tone: 'warn', icon: 'pause' },
}

/** The forms of a course in words: a column 专栏 grows issue by issue. */
export const formLabel: Record<CourseForm, string> = { course: '课程', column: '专栏' }

/** How many lessons, in the words of the form: 12 课时, 已更新 8/50 期. */
export const lessonsOf = (c: { form: CourseForm; lesson_count: number; planned_count?: number }) =>
  c.form === 'course' ? `${c.lesson_count} 课时` : `已更新 ${c.planned_count ? `${c.lesson_count}/${c.planned_count}` : c.lesson_count} 期`
