import { reactive } from 'vue'
import { call, media, say } from '@/app/api'

// An address lives ten minutes; one that is about to end is not worth beginning with.
const MARGIN_MS = 60_000
const BATCH = 8

interface Known { url: string; until: number }

/** Addresses of page pictures, fetched a few at a time when they are needed, and why a page cannot be shown. */
export function useLinks(lessonId: () => number) {
  const known = reactive(new Map<number, Known>())
  const problems = reactive(new Map<number, string>())
  const asked = new Set<number>()

  async function need(pages: number[], now = Date.now()) {
    const missing = pages.filter((p) => !asked.has(p) && !problems.has(p) && (known.get(p)?.until ?? 0) < now)
    if (!missing.length) return
    const from = missing[0]
    const batch = Array.from({ length: Math.min(BATCH, missing[missing.length - 1] - from + 1) }, (_, i) => from + i)
    batch.forEach((p) => asked.add(p))
    try {
      const got = await call('documentPages', { path: { id: lessonId() }, query: { from, count: batch.length } })
      // The server's clock wrote the end; what counts here is how long is left.
      for (const l of got.items) known.set(l.page, { url: media(l.url), until: now + 600_000 - MARGIN_MS })
    } catch (e) {
      batch.forEach((p) => problems.set(p, say(e)))
    } finally {
      batch.forEach((p) => asked.delete(p))
    }
    if (missing.length > batch.length) await need(missing.slice(batch.length), now)
  }
  /** A picture did not come: its address has ended, or pages were turned too fast. */
  function failed(page: number) {
    known.delete(page)
    problems.set(page, '这一页没有打开。翻得太快时要歇一会儿。')
  }
  function retry(page: number) {
    problems.delete(page)
    return need([page])
  }
  return { known, problems, need, failed, retry }
}
