import type { LessonForm } from '@zhizhou/sdk'
import { clock } from './format'

/** The forms of a lesson as people call them. */
export const formName: Record<LessonForm, string> = { video: '视频', audio: '音频', article: '图文', live: '直播', document: '文档', ebook: '电子书', quiz: '测验', homework: '作业', booking: '预约' }

const icons: Record<LessonForm, string> = { video: 'video', audio: 'audio', article: 'article', live: 'live', document: 'article', ebook: 'book', quiz: 'quiz', homework: 'edit', booking: 'clock' }
/** The icon of a form. */
export function formIcon(form: LessonForm): string {
  return icons[form]
}

/** What an outline says of a lesson's size. */
export function formNote(l: { form: LessonForm; duration_ms: number; page_count: number }): string {
  if (l.form === 'video' || l.form === 'audio') return clock(l.duration_ms)
  return l.form === 'document' && l.page_count > 0 ? `${l.page_count} 页` : formName[l.form]
}
