import { computed, reactive, ref } from 'vue'
import type { SearchAnswer } from '@zhizhou/sdk'
import { call } from '@/app/api'
import { reflect } from '@/app/nav'
import { usePaged } from '@/app/usePaged'
import { useSearchHistory } from './useSearchHistory'

/** What narrows a search; empty means everything. */
export interface Filters { category: string; form: string; pay: string; tag: string; teacher: number; sort: string }

const none: Filters = { category: '', form: '', pay: '', tag: '', teacher: 0, sort: '' }
/** How many filters are set; the order is none. */
export const narrowed = (f: Filters) => [f.category, f.form, f.pay, f.tag, f.teacher].filter(Boolean).length

/** Reads filters out of an address. */
export function filtersOf(query: Record<string, unknown> = {}): Filters {
  const text = (k: string) => String(query[k] ?? '')
  return { category: text('category'), form: text('form'), pay: text('pay'), tag: text('tag'), teacher: Number(query.teacher) || 0, sort: text('sort') }
}

/** The search page: what was asked for, how it is narrowed, and what was found. */
export function useSearch() {
  const text = ref('')
  const asked = ref('')
  const filters = reactive<Filters>({ ...none })
  const answer = ref<SearchAnswer | null>(null)
  const history = useSearchHistory()
  const list = usePaged(async (cursor) => {
    const found = await call('search', { query: { q: asked.value, ...filters, teacher: filters.teacher || undefined, sort: filters.sort || 'relevance', limit: 12, cursor } })
    if (!cursor) answer.value = found
    return found
  })
  const active = computed(() => asked.value !== '' || narrowed(filters) > 0)

  function begin() {
    list.data.value = null
    reflect({ name: 'search', params: { q: asked.value, ...filters, teacher: filters.teacher || '' } })
    if (active.value) void list.restart()
  }
  /** Searches for `q`, with the present filters. */
  function search(q = text.value) {
    text.value = q.trim()
    asked.value = text.value
    if (asked.value) history.add(asked.value)
    begin()
  }
  /** Changes filters or order and searches anew. */
  function narrow(next: Partial<Filters>) {
    Object.assign(filters, next)
    begin()
  }
  /** Back to the empty page. */
  function clear() {
    text.value = ''
    asked.value = ''
    narrow(none)
  }
  return { text, asked, filters, active, answer, history, list, search, narrow, clear }
}
