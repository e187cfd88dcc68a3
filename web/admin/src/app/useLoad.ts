import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { type ApiError, asApiError } from './api'

/** Something loaded from the server. `slow` turns true after 300 ms, when a skeleton may appear. */
export interface Load<T> {
  data: ShallowRef<T | null>
  error: ShallowRef<ApiError | null>
  loading: Ref<boolean>
  slow: Ref<boolean>
  reload: () => Promise<void>
}

/** Loads now and on `reload`; an answer that is overtaken by a newer call is dropped. */
export function useLoad<T>(load: () => Promise<T>, now = true): Load<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const loading = ref(false)
  const slow = ref(false)
  let turn = 0
  async function reload() {
    const mine = ++turn
    loading.value = true
    error.value = null
    const timer = setTimeout(() => {
      slow.value = loading.value
    }, 300)
    try {
      const answer = await load()
      if (mine === turn) data.value = answer
    } catch (e) {
      if (mine === turn) error.value = asApiError(e)
    } finally {
      clearTimeout(timer)
      if (mine === turn) loading.value = slow.value = false
    }
  }
  onScopeDispose(() => {
    turn++
  })
  if (now) void reload()
  return { data, error, loading, slow, reload }
}
