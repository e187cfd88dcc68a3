import { onBeforeUnmount } from 'vue'
import { ApiError, type Progress } from '@zhizhou/sdk'
import { call } from '@/app/api'
import { auth } from '@/app/auth'
import { Beats } from './beats'
import { Watched, type Span } from './intervals'

/** A visitor without a session may watch what is free, but has no progress to keep. */
const visitor = () => auth.known && !auth.user
const EVERY_MS = 12_000

export interface HeartbeatHooks {
  progress: (p: Progress) => void
  /** Another device plays now, in the server's words. */
  taken: (text: string) => void
  /** The server no longer knows this play: it must be opened anew. */
  lost: () => void
}

/**
 * Reports what was really played: every twelve seconds, on pause and at the end. Beats go out one after another
 * under growing numbers; one that got no answer is sent again under its own number, so nothing counts twice.
 */
export function heartbeat(hooks: HeartbeatHooks, watch = () => new Watched()) {
  let playId = 0
  let rate = 1
  let position = 0
  let told = 0 // the position that the last beat carried
  let watched = watch()
  let queue = new Beats()
  let sending = false
  // A play begun as a visitor is nobody's: it reports nothing, not even after a
  // sign-in on a page above.
  let counted = false

  function begin(id: number) {
    playId = id
    counted = !visitor()
    queue = new Beats()
    watched = watch()
  }
  function tell(span: Span | null) {
    if (span) told = position
    queue.add(span, position, rate)
  }
  function observe(ms: number, atRate: number) {
    position = Math.round(ms)
    rate = atRate
    tell(watched.observe(ms, atRate))
  }
  function seek(ms: number) {
    position = Math.round(ms)
    tell(watched.jump(ms))
  }
  /** Sends everything played so far. `leaving` lets the request outlive the page. */
  async function flush(leaving = false) {
    // Moved without playing: an empty stretch keeps the place to resume at.
    tell(watched.take() ?? (position === told ? null : { from_ms: position, to_ms: position }))
    if (!playId || !counted || visitor() || (sending && !leaving)) return
    sending = true
    const mine = playId
    const sent = queue
    try {
      for (let beat = sent.first; beat; beat = sent.first) {
        hooks.progress(await call('beat', { path: { id: mine }, body: beat, keepalive: leaving }))
        sent.drop(beat.seq)
      }
    } catch (e) {
      if (e instanceof ApiError && mine === playId) refuse(e)
    } finally {
      sending = false
    }
  }
  function refuse(e: ApiError) {
    if (e.code === 'play_taken_over') hooks.taken(e.message)
    else if (e.status === 403 || e.status === 404 || e.status === 410) hooks.lost()
    // A beat refused for its content will not get better by repeating it.
    else if (queue.first && (e.status === 422 || e.status === 409)) queue.drop(queue.first.seq)
  }
  async function end() {
    const id = playId
    if (!id) return
    await flush(true)
    playId = 0
    await call('endPlay', { path: { id }, keepalive: true }).catch(() => undefined)
  }
  const timer = setInterval(() => flush(), EVERY_MS)
  const stop = () => clearInterval(timer)
  return { begin, observe, seek, flush, end, stop }
}

/** A heartbeat that ends with the component. */
export function useHeartbeat(hooks: HeartbeatHooks) {
  const beat = heartbeat(hooks)
  onBeforeUnmount(() => {
    beat.stop()
    beat.end()
  })
  return beat
}
