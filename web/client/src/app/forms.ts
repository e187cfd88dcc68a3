import type { LessonForm } from '@zhizhou/sdk'
import { clock } from './format'

/** The forms of a lesson as people call them. */
export const formName: Record<LessonForm, string> = { video: '视频', article: '图文', document: '文档', quiz: '测验' }

const icons: Record<LessonForm, string> = { video: 'video', article: 'article', document: 'book', quiz: 'quiz' }
/** The icon of a form. */
export function formIcon(form: LessonForm): string {
  return icons[form]
}

/** What an outline says of a lesson's size. */
export function formNote(l: { form: LessonForm; duration_ms: number; page_count: number }): string {
  if (l.form === 'video') return clock(l.duration_ms)
  return l.form === 'document' && l.page_count > 0 ? `${l.page_count} 页` : formName[l.form]
}
