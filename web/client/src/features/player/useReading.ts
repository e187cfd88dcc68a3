import { onBeforeUnmount, ref } from 'vue'
import { ApiError, type Progress } from '@zhizhou/sdk'
import { call } from '@/app/api'
import { auth } from '@/app/auth'

const TICK_MS = 1000
const SEND_MS = 12_000
const IDLE_MS = 60_000

/** How far down a page is read, 0–1000: the share of its text above the lower edge of the window. */
export function permille(scrollTop: number, windowHeight: number, top: number, height: number): number {
  if (height <= 0) return 1000
  return Math.round(Math.min(1, Math.max(0, (scrollTop + windowHeight - top) / height)) * 1000)
}

/**
 * Reading progress of an article: time counts only while the page is shown and the reader was active within the
 * last minute. Reports every twelve seconds and on leaving; an unanswered report is repeated under its own number.
 */
export function useReading(lessonId: () => number, shown: () => boolean, progress: (p: Progress) => void) {
  const position = ref(0)
  let dwell = 0
  let seq = 0
  let lastActive = Date.now()
  let pending: { seq: number; dwell_ms: number; position_permille: number } | null = null
  let sending = false

  function reach(p: number) {
    lastActive = Date.now()
    position.value = Math.max(position.value, p)
  }
  /** `opening` reports at once, without time: the server counts from its first report on. */
  async function flush(leaving = false, opening = false) {
    if (!pending && (dwell >= TICK_MS || opening)) {
      pending = { seq: ++seq, dwell_ms: dwell, position_permille: position.value }
      dwell = 0
    }
    // A visitor without a session has no progress to keep.
    if (!pending || (auth.known && !auth.user) || (sending && !leaving)) return
    sending = true
    try {
      progress(await call('read', { path: { id: lessonId() }, body: pending, keepalive: leaving }))
      pending = null
    } catch (e) {
      if (e instanceof ApiError && e.status >= 400 && e.status < 500 && e.status !== 429) pending = null
    } finally {
      sending = false
    }
  }
  const tick = setInterval(() => { if (shown() && Date.now() - lastActive < IDLE_MS) dwell += TICK_MS }, TICK_MS)
  const send = setInterval(() => flush(), SEND_MS)
  onBeforeUnmount(() => {
    clearInterval(tick)
    clearInterval(send)
    flush(true)
  })
  return { position, reach, flush }
}
