import { onBeforeUnmount } from 'vue'
import { ApiError, type Progress } from '@zhizhou/sdk'
import { call } from '@/app/api'
import { auth } from '@/app/auth'

const TICK_MS = 500
const SEND_MS = 12_000
const IDLE_MS = 60_000

interface Report { seq: number; page: number; dwells: { page: number; ms: number }[] }

/**
 * How long each page was before the reader: only while the reader is shown and moved within the last minute.
 * Reports every twelve seconds and on leaving; an unanswered report is repeated under its own number. What counts is
 * the server's to decide.
 */
export function useDwell(lessonId: () => number, page: () => number, shown: () => boolean, progress: (p: Progress) => void) {
  let dwells = new Map<number, number>()
  let seq = 0
  let moved = Date.now()
  let pending: Report | null = null
  let sending = false

  function touch() {
    moved = Date.now()
  }
  async function flush(leaving = false, opening = false) {
    if (!pending && (dwells.size || opening)) {
      pending = { seq: ++seq, page: page(), dwells: [...dwells].slice(0, 50).map(([s, ms]) => ({ page: s, ms })) }
      dwells = new Map()
    }
    // A visitor without a session has no progress to keep.
    if (!pending || (auth.known && !auth.user) || (sending && !leaving)) return
    sending = true
    try {
      progress(await call('readPages', { path: { id: lessonId() }, body: pending, keepalive: leaving }))
      pending = null
    } catch (e) {
      if (e instanceof ApiError && e.status >= 400 && e.status < 500 && e.status !== 429) pending = null
    } finally {
      sending = false
    }
  }
  function tick() {
    if (shown() && page() > 0 && Date.now() - moved < IDLE_MS) dwells.set(page(), (dwells.get(page()) ?? 0) + TICK_MS)
  }
  const ticking = setInterval(tick, TICK_MS)
  const sends = setInterval(() => flush(), SEND_MS)
  onBeforeUnmount(() => {
    clearInterval(ticking)
    clearInterval(sends)
    flush(true)
  })
  return { touch, flush }
}
