import type { SearchWord } from '@/app/types'

/** The report with the words that staff marked first, also those that nobody searched for lately. */
export function withMarked(rows: SearchWord[], marked: SearchWord[]): SearchWord[] {
  const by = new Map(rows.map((w) => [w.word, w]))
  const first = marked.map((m) => ({ ...(by.get(m.word) ?? m), mark: m.mark }))
  const named = new Set(marked.map((m) => m.word))
  return [...first.filter((w) => w.mark === 'pinned'), ...rows.filter((w) => !named.has(w.word)), ...first.filter((w) => w.mark === 'hidden')]
}
