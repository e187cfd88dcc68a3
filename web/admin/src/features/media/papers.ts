import { onScopeDispose, reactive, watch, type WatchSource } from 'vue'
import { call } from '@/app/api'
import type { Paper } from '@/app/types'

/** What is known of each document, kept fresh while somebody looks at it. */
export const papers = reactive(new Map<number, Paper>())

const open = (p: Paper | null | undefined) => !!p && p.status !== 'ready' && p.status !== 'failed'

/** Asks every two seconds how far a document is, until it is ready or failed or the component goes. */
export function followPaper(source: WatchSource<Paper | null>) {
  let timer: ReturnType<typeof setTimeout> | undefined
  async function look(id: number) {
    // One missed answer is made up for two seconds later.
    const p = await call('document', { path: { id } }).catch(() => null)
    if (p) papers.set(id, p)
    if (open(papers.get(id))) timer = setTimeout(() => void look(id), 2000)
  }
  watch(
    source,
    (p) => {
      clearTimeout(timer)
      if (!p) return
      papers.set(p.id, p)
      if (open(p)) timer = setTimeout(() => void look(p.id), 2000)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return { look }
}
