import { computed, ref, shallowRef } from 'vue'
import { asApiError, type ApiError } from './api'
import type { Page } from './types'
import { useLoad } from './useLoad'

/** A list that grows page by page. `load` gets the cursor ('' for the first page). */
export function usePaged<T>(load: (cursor: string) => Promise<Page<T>>) {
  const first = useLoad(() => load(''))
  const rest = shallowRef<T[]>([])
  const after = ref<string | null>(null)
  const growing = ref(false)
  const growError = shallowRef<ApiError | null>(null)
  const items = computed<T[]>(() => [...(first.data.value?.items ?? []), ...rest.value])
  const next = computed(() => after.value ?? first.data.value?.next_cursor ?? '')
  let turn = 0
  async function more() {
    if (!next.value || growing.value) return
    const mine = turn
    growing.value = true
    growError.value = null
    try {
      const page = await load(next.value)
      if (mine !== turn) return // it belongs to a list that is no longer shown
      rest.value = [...rest.value, ...page.items]
      after.value = page.next_cursor
    } catch (e) {
      growError.value = asApiError(e)
    } finally {
      growing.value = false
    }
  }
  async function reload() {
    turn++
    await first.reload()
    rest.value = []
    after.value = null
  }
  return {
    items,
    next,
    more,
    growing,
    growError,
    reload,
    loading: first.loading,
    slow: first.slow,
    error: first.error,
    loaded: computed(() => first.data.value !== null),
  }
}
