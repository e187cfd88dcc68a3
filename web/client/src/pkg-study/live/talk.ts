import type { LiveMessage } from '@zhizhou/sdk'

/** How many messages a page keeps of each kind. */
export const KEPT = 200

/** Puts news into what was said, oldest first: each message once, in its newest form, without those taken down. */
export function merged(had: LiveMessage[], news: LiveMessage[]): LiveMessage[] {
  const all = new Map(had.map((m) => [m.id, m]))
  for (const m of news) {
    if (m.hidden) all.delete(m.id)
    else all.set(m.id, m)
  }
  const list = [...all.values()].sort((a, b) => a.id - b.id)
  return [...list.filter((m) => m.kind === 'chat').slice(-KEPT), ...list.filter((m) => m.kind === 'question').slice(-KEPT)].sort((a, b) => a.id - b.id)
}

/** How long it still is until `ms` have passed: days, hours, minutes and seconds as people read them. */
export function countdown(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  const clock = `${two(Math.floor(s / 3600) % 24)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
  return s >= 86_400 ? `${Math.floor(s / 86_400)} 天 ${clock}` : clock
}
