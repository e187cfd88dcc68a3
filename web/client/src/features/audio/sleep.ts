import { reactive } from 'vue'

/** When it is to fall silent: at a moment, at the end of the lesson, or not. */
export const SLEEPS = [15, 30, 45, 60]
export const sleep = reactive({ atMs: 0, atEnd: false })

/** Sets the timer: so many minutes, the end of the lesson, or 0 for off. */
export function setSleep(choice: number | 'end', now = Date.now()): void {
  sleep.atEnd = choice === 'end'
  sleep.atMs = typeof choice === 'number' && choice > 0 ? now + choice * 60_000 : 0
}

/** Is it time? The timer is used up then. */
export function due(now = Date.now()): boolean {
  if (!sleep.atMs || now < sleep.atMs) return false
  sleep.atMs = 0
  return true
}

/** Minutes left, as people read them; '' when nothing is set. */
export function left(now: number): string {
  if (sleep.atEnd) return '播完这课'
  return sleep.atMs ? `${Math.max(1, Math.ceil((sleep.atMs - now) / 60_000))} 分钟` : ''
}
