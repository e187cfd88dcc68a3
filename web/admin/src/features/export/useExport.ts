import { onScopeDispose, ref, shallowRef } from 'vue'
import { type ApiError, asApiError, call } from '@/app/api'
import type { ExportFile, ExportInput } from '@/app/types'

const open = (e: ExportFile) => e.state === 'queued' || e.state === 'running'
/** How much of a file is written, in percent; null while that is not known. */
export const percent = (e: ExportFile) => (e.state === 'done' ? 100 : e.total ? Math.min(99, Math.floor((e.done / e.total) * 100)) : null)

/** The files that were asked for, with those on their way followed until they are done. */
export function useExport() {
  const files = shallowRef<ExportFile[]>([])
  const error = shallowRef<ApiError | null>(null)
  const loaded = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let gone = false
  // Kept until the file was accepted, so that a second tap or a lost answer asks for one file.
  let asked = { what: '', key: '' }

  async function reload() {
    clearTimeout(timer)
    try {
      const { items } = await call('exports', { query: { limit: 20 } })
      files.value = items
      error.value = null
    } catch (e) {
      error.value = asApiError(e)
    }
    loaded.value = true
    follow()
  }
  function follow() {
    if (!gone && files.value.some(open)) timer = setTimeout(step, 1000)
  }
  async function step() {
    const now = await Promise.all(files.value.map((f) => (open(f) ? call('exportFile', { path: { id: f.id } }).catch(() => f) : f)))
    files.value = now
    follow()
  }
  async function ask(input: ExportInput) {
    const what = JSON.stringify(input)
    if (asked.what !== what) asked = { what, key: crypto.randomUUID() }
    const made = await call('askExport', { body: input, key: asked.key })
    asked = { what: '', key: '' }
    clearTimeout(timer)
    files.value = [made, ...files.value.filter((f) => f.id !== made.id)]
    follow()
  }
  onScopeDispose(() => {
    gone = true
    clearTimeout(timer)
  })
  return { files, error, loaded, reload, ask }
}
