import type { Course } from '@/app/types'

/** Something a course lacks: `must` blocks publishing, the rest is advice. */
export interface Missing {
  text: string
  tab: 'info' | 'outline' | 'sell'
  must: boolean
  lessonId?: number
}

/** What a course lacks, as far as the editor can see; the server checks again, also the text of articles. */
export function missing(c: Course): Missing[] {
  const list: Missing[] = []
  const must = (text: string, tab: Missing['tab'], lessonId?: number) => list.push({ text, tab, must: true, lessonId })
  const better = (text: string, tab: Missing['tab']) => list.push({ text, tab, must: false })
  const lessons = c.chapters.flatMap((ch) => ch.lessons)
  if (!lessons.length) must('还没有课时', 'outline')
  // An issue of a column that is still being written keeps the others back from nobody.
  for (const l of c.form === 'column' ? [] : lessons) {
    if (l.form === 'document') {
      if (!l.document) must(`「${l.title}」还没有文件`, 'outline', l.id)
      else if (l.document.status === 'failed') must(`「${l.title}」的文件处理失败`, 'outline', l.id)
      else if (l.document.status !== 'ready') must(`「${l.title}」的文件还在处理`, 'outline', l.id)
    }
    if (l.form !== 'video' && l.form !== 'audio') continue
    const what = l.form === 'audio' ? '音频' : '视频'
    if (!l.asset) must(`「${l.title}」还没有${what}`, 'outline', l.id)
    else if (l.asset.status === 'failed') must(`「${l.title}」的${what}处理失败`, 'outline', l.id)
    else if (l.asset.status !== 'ready') must(`「${l.title}」的${what}还在处理`, 'outline', l.id)
  }
  if (!c.skus.some((s) => s.active)) must('还没有在售的规格，免费课程也要一个 0 元规格', 'sell')
  if (!c.instructor_id) must('还没有选择讲师', 'info')
  if (!c.promise) better('一句话承诺还空着，列表和分享里会少一行', 'info')
  if (!c.cover) better('没有封面，会用插画代替', 'info')
  if (!c.intro_html) better('课程介绍还空着', 'info')
  if (lessons.length && c.skus.some((s) => s.active && s.price_fen > 0) && !lessons.some((l) => l.is_free || l.preview_ms > 0 || l.preview_pages > 0))
    better('没有可试看的课时，学员买前看不到内容', 'outline')
  return list
}
