import { ref, watch } from 'vue'
import type { Lesson, QuizPoint } from '@zhizhou/sdk'
import { call } from '@/app/api'
import { auth } from '@/app/auth'

/** A step between two reports of the player that is longer is a jump: what was jumped over is not asked. */
const STEP_MS = 3000

/** The point that playing from `fromMs` to `toMs` has reached and that is still to be asked. */
export function reached(points: QuizPoint[], asked: Set<number>, fromMs: number, toMs: number): QuizPoint | undefined {
  if (toMs < fromMs || toMs - fromMs > STEP_MS) return undefined
  return points.find((p) => !p.answered && !asked.has(p.id) && p.at_ms > fromMs && p.at_ms <= toMs)
}

/** Stops a video where it has a question, once a visit and not again after an answer. */
export function usePoints(lesson: () => Lesson, pause: () => void) {
  const points = ref<QuizPoint[]>([])
  const point = ref<QuizPoint | null>(null)
  const asked = new Set<number>()
  let last = 0
  // Questions are an extra: a video without them still plays.
  watch(() => auth.user?.id, (id) => {
    if (id && lesson().access.allowed) call('quizPoints', { path: { id: lesson().id } }).then((r) => { points.value = r.items }).catch(() => undefined)
  }, { immediate: true })

  /** Told by the player where it is, while it plays. */
  function at(ms: number) {
    const next = point.value ? undefined : reached(points.value, asked, last, ms)
    last = ms
    if (!next) return
    asked.add(next.id)
    point.value = next
    pause()
  }
  const done = () => { point.value = null }
  return { point, at, done }
}
