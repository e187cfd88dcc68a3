import { onScopeDispose, ref, shallowRef, watch, type WatchSource } from 'vue'
import { type ApiError, asApiError } from './api'

/** Where an autosaved form stands. */
export type SaveState = 'clean' | 'dirty' | 'saving' | 'saved' | 'failed'

/** What was not refused, but never arrived or found the server unwell, is tried again so much later. */
const AGAIN_MS = 8000

/**
 * Saves `source` 1.2 s after the last change, one save at a time, and once more on leaving if something is unsaved. A save
 * that got lost is repeated every eight seconds, and as soon as the network is back; a refusal waits for the person.
 */
export function useAutosave(source: WatchSource<unknown>, save: () => Promise<unknown>, waitMs = 1200) {
  const state = ref<SaveState>('clean')
  const savedAt = ref(0)
  const error = shallowRef<ApiError | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> | null = null
  let muted = false

  async function once() {
    state.value = 'saving'
    try {
      await save()
      error.value = null
      savedAt.value = Date.now()
      // A change made while saving has set the state to dirty again and waits for its own turn.
      if (state.value === 'saving') state.value = 'saved'
    } catch (e) {
      error.value = asApiError(e)
      state.value = 'failed'
      if (lost()) timer = setTimeout(() => void flush(), AGAIN_MS)
    }
  }
  const lost = () => !!error.value && (error.value.status === 0 || error.value.status >= 500)
  const online = () => { if (state.value === 'failed' && lost()) void flush() }
  /** Saves now what is unsaved; resolves when nothing runs any more. */
  async function flush() {
    clearTimeout(timer)
    if (running) await running
    if (state.value !== 'dirty' && state.value !== 'failed') return
    running = once()
    await running
    running = null
  }
  watch(
    source,
    () => {
      if (muted) return
      state.value = 'dirty'
      clearTimeout(timer)
      timer = setTimeout(() => void flush(), waitMs)
    },
    { deep: true, flush: 'sync' },
  )
  /** Changes the form without marking it as edited. */
  function quietly(change: () => void) {
    muted = true
    change()
    muted = false
  }
  globalThis.addEventListener?.('online', online)
  onScopeDispose(() => {
    globalThis.removeEventListener?.('online', online)
    clearTimeout(timer)
    if (state.value === 'dirty') void flush()
  })
  return { state, savedAt, error, flush, quietly }
}
