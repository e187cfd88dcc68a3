import { onScopeDispose, ref, shallowRef, watch, type WatchSource } from 'vue'
import { type ApiError, asApiError } from './api'

/** Where an autosaved form stands. */
export type SaveState = 'clean' | 'dirty' | 'saving' | 'saved' | 'failed'

const AGAIN_MS = 10_000

/** Saves `source` 1.2 s after the last change, one save at a time, and once more on leaving if something is unsaved.
 * What failed for want of a network is tried again by itself; what the server refused is not. */
export function useAutosave(source: WatchSource<unknown>, save: () => Promise<unknown>, waitMs = 1200) {
  const state = ref<SaveState>('clean')
  const savedAt = ref(0)
  const error = shallowRef<ApiError | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> | null = null
  let muted = false
  let left = false

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
      if (error.value.code === 'network' && !left) timer = setTimeout(() => void flush(), AGAIN_MS)
    }
  }
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
  const back = () => {
    if (error.value?.code === 'network') void flush()
  }
  globalThis.addEventListener?.('online', back)
  onScopeDispose(() => {
    left = true
    globalThis.removeEventListener?.('online', back)
    clearTimeout(timer)
    if (state.value === 'dirty' || (state.value === 'failed' && error.value?.code === 'network')) void flush()
  })
  return { state, savedAt, error, flush, quietly }
}
