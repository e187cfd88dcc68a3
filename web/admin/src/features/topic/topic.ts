import type { TopicEntry, TopicStatus } from '@/app/types'

/** How the states of a topic are shown. */
export const states: Record<TopicStatus, { label: string; tone: 'ok' | ''; icon: 'check' | 'doc' | 'pause' }> = {
  published: { label: '已发布', tone: 'ok', icon: 'check' },
  draft: { label: '草稿', tone: '', icon: 'doc' },
  unpublished: { label: '已下架', tone: '', icon: 'pause' },
}

/** The list with an entry moved by one; at an end it stays. */
export function shifted(list: TopicEntry[], i: number, by: -1 | 1): TopicEntry[] {
  const to = i + by
  if (to < 0 || to >= list.length) return list
  const out = [...list]
  ;[out[i], out[to]] = [out[to], out[i]]
  return out
}

/** The list with a course put in or taken out; one that is in already stays where it is. */
export function chosen(list: TopicEntry[], courseId: number, title: string, on: boolean): TopicEntry[] {
  const has = list.some((e) => e.course_id === courseId)
  if (on) return has ? list : [...list, { course_id: courseId, note: '', title }]
  return list.filter((e) => e.course_id !== courseId)
}
