import type { Place } from './routes'

/** What WeChat shares when a ShareLink button was pressed, else what the page offers by itself. */
export function shared(options: unknown, otherwise: { title: string; path: string }): { title: string; path: string } {
  const data = (options as { from?: string; target?: { dataset?: { path?: string; title?: string } } } | undefined)
  const set = data?.from === 'button' ? data.target?.dataset : undefined
  return set?.path ? { title: set.title ?? otherwise.title, path: set.path } : otherwise
}

/** A place with the code of a share. */
export const coded = (to: Place, code: string): Place => ({ ...to, params: { ...to.params, s: code } })
