import { onBeforeUnmount } from 'vue'
import { ApiError, type Progress } from '@zhizhou/sdk'
import { call } from '@/app/api'
import { auth } from '@/app/auth'

const TICK_MS = 500
const SEND_MS = 12_000
const IDLE_MS = 60_000

/** The part of a text that the window shows, 0–1000 of its height. */
export interface Seen { from: number; to: number }

/** What a window shows of a text whose box begins `top` below the window's upper edge. */
export function seen(windowHeight: number, top: number, height: number): Seen {
  if (height <= 0) return { from: 0, to: 1000 }
  const at = (y: number) => Math.round(Math.min(1, Math.max(0, (y - top) / height)) * 1000)
  return { from: at(0), to: at(windowHeight) }
}

/** The screens (from 1) of `count` that lie before the reader. */
export function screensOf(s: Seen, count: number): number[] {
  if (s.to <= s.from) return []
  const first = Math.min(count - 1, Math.floor((s.from * count) / 1000))
  const last = Math.max(first, Math.ceil((s.to * count) / 1000) - 1)
  return Array.from({ length: last - first + 1 }, (_, i) => first + i + 1)
}

export interface Report { seq: number; position_permille: number; screens: { screen: number; ms: number }[] }

/** How a report goes out. */
export type Send = (id: number, body: Report, leaving: boolean) => Promise<Progress>
const readArticle: Send = (id, body, keepalive) => call('read', { path: { id }, body, keepalive })

/**
 * Reading progress of an article, or with another `send` of a chapter: time counts only while the page is shown and the reader was active within the last
 * minute, in equal shares for the screens of text in the window. Reports every twelve seconds and on leaving; an
 * unanswered report is repeated under its own number. What counts is the server's to decide.
 */
export function useReading(lesson: () => { id: number; screens: number }, shown: () => boolean, progress: (p: Progress) => void, send: Send = readArticle) {
  let now: Seen = { from: 0, to: 0 }
  let dwells = new Map<number, number>()
  let seq = 0
  let lastActive = Date.now()
  let pending: Report | null = null
  let sending = false

  function reach(s: Seen) {
    lastActive = Date.now()
    now = s
  }
  function tick() {
    if (!shown() || Date.now() - lastActive >= IDLE_MS) return
    const before = screensOf(now, lesson().screens)
    for (const s of before) dwells.set(s, (dwells.get(s) ?? 0) + TICK_MS / before.length)
  }
  /** `opening` reports at once, without time: the server counts from its first report on. */
  async function flush(leaving = false, opening = false) {
    if (!pending && (dwells.size || opening)) {
      pending = { seq: ++seq, position_permille: now.from, screens: [...dwells].slice(0, 50).map(([screen, ms]) => ({ screen, ms: Math.round(ms) })) }
      dwells = new Map()
    }
    // A visitor without a session has no progress to keep, nor has a text without words.
    if (!lesson().screens || !pending || (auth.known && !auth.user) || (sending && !leaving)) return
    sending = true
    try {
      progress(await send(lesson().id, pending, leaving))
      pending = null
    } catch (e) {
      if (e instanceof ApiError && e.status >= 400 && e.status < 500 && e.status !== 429) pending = null
    } finally {
      sending = false
    }
  }
  /** Leaves one text for the next: what was read of it goes out, and no more is said of it. */
  async function turn() {
    await flush(true)
    pending = null
    dwells = new Map()
  }
  const ticking = setInterval(tick, TICK_MS)
  const sends = setInterval(() => flush(), SEND_MS)
  onBeforeUnmount(() => {
    clearInterval(ticking)
    clearInterval(sends)
    flush(true)
  })
  return { reach, flush, turn }
}
