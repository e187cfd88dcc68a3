import { ref, watch, type Ref } from 'vue'
import type { Suggestion } from '@zhizhou/sdk'
import { call } from '@/app/api'

const WAIT_MS = 150

/** What begins with the typed text, a moment after the last key; an older answer never overwrites a newer one. */
export function useSuggestions(text: Ref<string>, asked: Ref<string>) {
  const items = ref<Suggestion[]>([])
  let timer: ReturnType<typeof setTimeout> | undefined
  let turn = 0
  watch(text, (typed) => {
    clearTimeout(timer)
    const mine = ++turn
    const q = typed.trim()
    if (!q || q === asked.value) {
      items.value = []
      return
    }
    timer = setTimeout(async () => {
      const got = await call('suggestions', { query: { q } }).catch(() => null) // typing goes on without them
      if (mine === turn) items.value = got?.items ?? []
    }, WAIT_MS)
  })
  const close = () => {
    clearTimeout(timer)
    turn++
    items.value = []
  }
  return { items, close }
}
