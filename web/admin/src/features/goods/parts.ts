import { call } from '@/app/api'
import type { Part } from '@/app/types'

/** Whether two lists name the same parts in the same order. */
export const same = (a: Part[], b: Part[]) => a.length === b.length && a.every((x, i) => x.kind === b[i].kind && x.ref_id === b[i].ref_id)

/** The list with the entry at `i` moved by one; at an end it stays. */
export function moved(list: Part[], i: number, by: -1 | 1): Part[] {
  const to = i + by
  if (to < 0 || to >= list.length) return list
  const out = [...list]
  ;[out[i], out[to]] = [out[to], out[i]]
  return out
}

/** Titles of parts by kind and id. A part that is gone has none. */
export async function named(parts: Part[]): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  if (parts.some((p) => p.kind === 'category')) for (const c of (await call('categories')).items) names.set(`category${c.id}`, c.name)
  const courses = new Set(parts.filter((p) => p.kind === 'course').map((p) => p.ref_id))
  // Lists come 50 at a time; most schools' courses are in the first.
  for (let cursor = ''; courses.size; ) {
    const page = await call('courses', { query: { cursor, limit: 50 } })
    for (const c of page.items) if (courses.delete(c.id)) names.set(`course${c.id}`, c.title)
    if (!page.next_cursor) break
    cursor = page.next_cursor
  }
  return names
}
