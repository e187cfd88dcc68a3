/** What WeChat shares when a UiShare button was pressed, else what the page offers by itself. */
export function shared(options: unknown, otherwise: { title: string; path: string }): { title: string; path: string } {
  const data = (options as { from?: string; target?: { dataset?: { path?: string; title?: string } } } | undefined)
  const set = data?.from === 'button' ? data.target?.dataset : undefined
  return set?.path ? { title: set.title ?? otherwise.title, path: set.path } : otherwise
}
