import { onBeforeUnmount, onMounted } from 'vue'

export interface KeyOrders { toggle: () => void; by: (ms: number) => void; full: () => void; mute: () => void }

const STEP_MS = 5_000
const LEAP_MS = 10_000

/** Which order a key gives, or null. Space and k play, arrows and j/l move, f fills the screen, m mutes. */
export function orderOf(key: string, o: KeyOrders): (() => void) | null {
  switch (key) {
    case ' ': case 'k': return o.toggle
    case 'ArrowLeft': return () => o.by(-STEP_MS)
    case 'ArrowRight': return () => o.by(STEP_MS)
    case 'j': return () => o.by(-LEAP_MS)
    case 'l': return () => o.by(LEAP_MS)
    case 'f': return o.full
    case 'm': return o.mute
    default: return null
  }
}

/** Listens for the player's keys while `active`; typing and pressed buttons keep their own meaning. */
export function useKeys(active: () => boolean, orders: KeyOrders) {
  function down(e: KeyboardEvent) {
    if (!active() || e.metaKey || e.ctrlKey || e.altKey) return
    const el = e.target as HTMLElement
    if (el.closest('input,textarea,[contenteditable=true],[role=dialog]')) return
    if (e.key === ' ' && el.closest('button,a')) return
    if (e.key.startsWith('Arrow') && el.closest('[role=slider],[role=menu]')) return
    const order = orderOf(e.key.length === 1 ? e.key.toLowerCase() : e.key, orders)
    if (!order) return
    e.preventDefault()
    order()
  }
  onMounted(() => window.addEventListener('keydown', down))
  onBeforeUnmount(() => window.removeEventListener('keydown', down))
}
