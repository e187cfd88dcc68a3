import type { LessonForm, Paper } from '@/app/types'
import type { icons } from '@/ui/icons'

/** The forms of a lesson as people call them. */
export const formName: Record<LessonForm, string> = { video: '视频', audio: '音频', article: '图文', live: '直播', document: '文档', ebook: '电子书', quiz: '测验', homework: '作业', booking: '预约' }
/** The icon of each form. */
export const formIcon: Record<LessonForm, keyof typeof icons> = { video: 'video', audio: 'audio', article: 'doc', live: 'play', document: 'doc', ebook: 'book', quiz: 'list', homework: 'pen', booking: 'clock' }

/** What the outline says of a lesson's content. */
export interface Note {
  text: string
  tone?: 'brand' | 'warn' | 'bad'
}

/** How a document stands in the outline. */
export function paperNote(p: Paper | null): Note {
  if (!p) return { text: '缺文件', tone: 'warn' }
  if (p.status === 'failed') return { text: '处理失败', tone: 'bad' }
  if (p.status !== 'ready') return { text: `处理 ${p.percent}%`, tone: 'brand' }
  return { text: `${p.pages} 页` }
}
