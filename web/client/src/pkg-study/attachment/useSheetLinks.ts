import { reactive, ref } from 'vue'
import { call, media, say } from '@/app/api'

const BATCH = 8

/** Addresses of an attachment's pages, fetched as its reader gets there. */
export function useSheetLinks(id: () => number, total: () => number) {
  const urls = reactive(new Map<number, string>())
  const problem = ref('')
  let busy = false

  async function load(from: number, count: number) {
    if (busy || from > total()) return
    busy = true
    problem.value = ''
    try {
      const got = await call('attachmentPages', { path: { id: id() }, query: { from, count } })
      for (const l of got.items) urls.set(l.page, media(l.url))
    } catch (e) {
      problem.value = say(e)
    } finally {
      busy = false
    }
  }
  /** The next few pages. */
  const more = () => load(urls.size + 1, BATCH)
  /** A picture did not come: its address has ended, so the page gets another one, once. */
  const again = new Set<number>()
  function failed(page: number) {
    if (again.has(page)) {
      problem.value = '这一页没有打开，请刷新后再看。'
      return
    }
    again.add(page)
    void load(page, 1)
  }
  return { urls, problem, more, failed }
}
