import type { OutlineLesson } from '@zhizhou/sdk'

type Part = Pick<OutlineLesson, 'id'>

/** Which lesson to open: the one studied last, or the next that is not finished; the first when all are. 0: there is none. */
export function upNext(lessons: Part[], finished: Set<number>, last: number): number {
  const from = Math.max(0, lessons.findIndex((l) => l.id === last))
  const turn = [...lessons.slice(from), ...lessons.slice(0, from)]
  return (turn.find((l) => !finished.has(l.id)) ?? lessons[0])?.id ?? 0
}

const LEAST_MS = 5 * 60_000

/** Whether the length of a course tells a buyer something: where most of it is watched or heard, and for minutes. */
export const lengthTells = (lessons: Pick<OutlineLesson, 'form'>[], ms: number): boolean =>
  ms >= LEAST_MS && lessons.filter((l) => l.form === 'video' || l.form === 'audio').length * 2 >= lessons.length
