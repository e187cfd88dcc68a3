import { ref, type Ref } from 'vue'
import { ApiError } from '@zhizhou/sdk'

/** State of one thing being fetched. `slow` turns true after 300 ms without an answer: time for a skeleton. */
export interface Load<T> {
  data: Ref<T | null>
  error: Ref<ApiError | null>
  loading: Ref<boolean>
  slow: Ref<boolean>
  run: () => Promise<void>
}

const SKELETON_AFTER_MS = 300

/** Fetches by `fetcher` whenever `run` is called; an older answer never overwrites a newer one. */
export function useLoad<T>(fetcher: () => Promise<T>): Load<T> {
  const data = ref<T | null>(null) as Ref<T | null>
  const error = ref<ApiError | null>(null)
  const loading = ref(false)
  const slow = ref(false)
  let turn = 0
  async function run() {
    const mine = ++turn
    loading.value = true
    error.value = null
    const timer = setTimeout(() => { slow.value = mine === turn && loading.value }, SKELETON_AFTER_MS)
    try {
      const got = await fetcher()
      if (mine === turn) data.value = got
    } catch (e) {
      if (mine === turn) error.value = e instanceof ApiError ? e : new ApiError(0, 'unexpected', '页面没有打开，请重试。')
    } finally {
      clearTimeout(timer)
      if (mine === turn) {
        loading.value = false
        slow.value = false
      }
    }
  }
  return { data, error, loading, slow, run }
}
