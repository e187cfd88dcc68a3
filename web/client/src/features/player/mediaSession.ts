export interface SessionOrders { play: () => void; pause: () => void; by: (ms: number) => void; next: (() => void) | null }

/** Shows the lesson on the lock screen and takes its buttons. Does nothing where the browser has no media session. */
export function announce(title: string, course: string, artwork: string, orders: SessionOrders): void {
  if (!('mediaSession' in navigator) || typeof MediaMetadata === 'undefined') return
  const session = navigator.mediaSession
  session.metadata = new MediaMetadata({ title, artist: course, artwork: artwork ? [{ src: artwork }] : [] })
  const set = (name: MediaSessionAction, f: (() => void) | null) => {
    try {
      session.setActionHandler(name, f)
    } catch {
      // Older browsers refuse actions they do not know; the others still work.
    }
  }
  set('play', orders.play)
  set('pause', orders.pause)
  set('seekbackward', () => orders.by(-10_000))
  set('seekforward', () => orders.by(10_000))
  set('nexttrack', orders.next)
}
