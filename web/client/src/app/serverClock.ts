import { onBeforeUnmount, ref } from 'vue'

// An answer may have waited in a cache, which only makes its time too early: of all answers the greatest lead is the truest.
let lead: number | null = null

/** Takes the server's time (UTC ms) from an answer. */
export function heard(nowAt: number, at = Date.now()): void {
  if (nowAt > 0) lead = Math.max(lead ?? -Infinity, nowAt - at)
}

/** The server's time now, by what was heard; this device's own until then. */
export function serverNow(at = Date.now()): number {
  return at + (lead ?? 0)
}

/** The server's time for pages that tell what is left. It moves every ten seconds: nothing ticks. `passed` runs after each move. */
export function useServerNow(passed?: () => void) {
  const now = ref(serverNow())
  const step = () => {
    now.value = serverNow()
    passed?.()
  }
  const timer = setInterval(step, 10_000)
  onBeforeUnmount(() => clearInterval(timer))
  return { now, step }
}
