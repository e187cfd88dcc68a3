import { ref } from 'vue'

const KEY = 'zz_searches'
const KEPT = 8

/** Adds a search to the front, without doubles, at most eight. */
export function remember(list: string[], q: string): string[] {
  const text = q.trim()
  return text ? [text, ...list.filter((x) => x !== text)].slice(0, KEPT) : list
}

/** The searches made on this device; they never leave it. */
export function useSearchHistory() {
  const stored: unknown = uni.getStorageSync(KEY)
  const past = ref<string[]>(Array.isArray(stored) ? stored.filter((x): x is string => typeof x === 'string') : [])
  const save = (list: string[]) => {
    past.value = list
    uni.setStorageSync(KEY, list)
  }
  return { past, add: (q: string) => save(remember(past.value, q)), clear: () => save([]) }
}
