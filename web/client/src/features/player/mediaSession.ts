export interface SessionOrders { play: () => void; pause: () => void; by: (ms: number) => void; next: (() => void) | null; prev?: (() => void) | null; seek?: (ms: number) => void }

/** Tells the lock screen how far it is, s; wrong figures are left out. */
export function tellPosition(ms: number, totalMs: number, rate: number): void {
  if (!('mediaSession' in navigator) || !navigator.mediaSession.setPositionState || !(totalMs > 0) || ms > totalMs) return
  navigator.mediaSession.setPositionState({ duration: totalMs / 1000, position: ms / 1000, playbackRate: rate })
}

/** Shows the lesson on the lock screen and takes its buttons. Does nothing where the browser has no media session. */
export function announce(title: string, course: string, artwork: string, orders: SessionOrders): void {
  if (!('mediaSession' in navigator) || typeof MediaMetadata === 'undefined') return
  const session = navigator.mediaSession
  session.metadata = new MediaMetadata({ title, artist: course, artwork: artwork ? [{ src: artwork }] : [] })
  const set = (name: MediaSessionAction, f: MediaSessionActionHandler | null) => {
    try {
      session.setActionHandler(name, f)
    } catch {
      // Older browsers refuse actions they do not know; the others still work.
    }
  }
  set('play', orders.play)
  set('pause', orders.pause)
  set('seekbackward', () => orders.by(orders.prev === undefined ? -10_000 : -15_000))
  set('seekforward', () => orders.by(orders.prev === undefined ? 10_000 : 15_000))
  set('nexttrack', orders.next)
  set('previoustrack', orders.prev ?? null)
  set('seekto', orders.seek ? (d) => { if (d.seekTime !== undefined) orders.seek?.(d.seekTime * 1000) } : null)
}
