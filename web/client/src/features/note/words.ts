import type { Note, NotePlace } from '@zhizhou/sdk'
import { clock } from '@/app/format'
import type { Place } from '@/app/routes'

/** A place in a lesson as people say it; '' for one without a number. */
export function placeWords(place: NotePlace, at: number): string {
  if (place === 'time') return clock(at)
  if (place === 'page') return `第 ${at} 页`
  return place === 'chapter' ? `第 ${at} 章` : ''
}

/** The page that shows a place in a lesson. */
export function placeOf(n: { lesson_id: number; place: NotePlace; at: number; id?: number; quote?: string }): Place {
  const id = n.lesson_id
  if (n.place === 'page') return { name: 'reader', params: { id, page: n.at } }
  if (n.place === 'chapter') return { name: 'book', params: { id, chapter: n.at, note: n.quote ? n.id : undefined } }
  if (n.place === 'time') return { name: 'lesson', params: { id, at: n.at } }
  return { name: 'lesson', params: { id, note: n.place === 'text' ? n.id : undefined } }
}

/** What became of a text that its author wants to share; '' for what is one's own, or shown. */
export const stateWords: Record<Note['state'], string> = { private: '', pending: '审核中，只有你能看到', shown: '', hidden: '没有公开' }
