import type { Chapter } from '@/app/types'

/** The outline as the server wants it. */
export const orderOf = (chapters: Chapter[]) => chapters.map((c) => ({ id: c.id, lesson_ids: c.lessons.map((l) => l.id) }))

/** The outline with the chapter one place up (−1) or down (+1); the same object when it cannot move. */
export function moveChapter(chapters: Chapter[], id: number, by: -1 | 1): Chapter[] {
  const from = chapters.findIndex((c) => c.id === id)
  const to = from + by
  if (from < 0 || to < 0 || to >= chapters.length) return chapters
  const next = [...chapters]
  next.splice(to, 0, ...next.splice(from, 1))
  return next
}

/** The outline with the lesson one place up or down; at the edge of its chapter it goes over to the next one. */
export function moveLesson(chapters: Chapter[], id: number, by: -1 | 1): Chapter[] {
  const c = chapters.findIndex((ch) => ch.lessons.some((l) => l.id === id))
  if (c < 0) return chapters
  const at = chapters[c].lessons.findIndex((l) => l.id === id)
  const lesson = chapters[c].lessons[at]
  const without = chapters[c].lessons.filter((l) => l.id !== id)
  const inside = at + by >= 0 && at + by < chapters[c].lessons.length
  const target = inside ? c : c + by
  if (target < 0 || target >= chapters.length) return chapters
  return chapters.map((ch, i) => {
    if (i === target) {
      const rest = inside ? without : ch.lessons
      const place = inside ? at + by : by < 0 ? rest.length : 0
      return { ...ch, lessons: [...rest.slice(0, place), lesson, ...rest.slice(place)] }
    }
    return i === c ? { ...ch, lessons: without } : ch
  })
}

/** Place of a lesson in the whole course, from 1; 0 if it is not there. */
export const lessonNo = (chapters: Chapter[], id: number) => chapters.flatMap((c) => c.lessons).findIndex((l) => l.id === id) + 1
