import { computed, ref, type Ref } from 'vue'
import { ApiError, type Page } from '@zhizhou/sdk'
import { useLoad } from './useLoad'

/** A list that grows page by page. `more` loads the next page; `restart` begins anew. */
export function usePaged<T>(fetcher: (cursor: string) => Promise<Page<T>>) {
  const items = ref([]) as Ref<T[]>
  const cursor = ref('')
  const moreError = ref<ApiError | null>(null)
  const growing = ref(false)
  const first = useLoad(async () => {
    const page = await fetcher('')
    items.value = page.items
    cursor.value = page.next_cursor
    return page
  })
  const hasMore = computed(() => cursor.value !== '')
  async function more() {
    if (!hasMore.value || growing.value || first.loading.value) return
    growing.value = true
    moreError.value = null
    const from = cursor.value
    try {
      const page = await fetcher(from)
      if (cursor.value !== from) return
      items.value = [...items.value, ...page.items]
      cursor.value = page.next_cursor
    } catch (e) {
      moreError.value = e instanceof ApiError ? e : new ApiError(0, 'unexpected', '没有取到更多，请重试。')
    } finally {
      growing.value = false
    }
  }
  return { items, hasMore, growing, moreError, more, restart: first.run, ...first }
}
