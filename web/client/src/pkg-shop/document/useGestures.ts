type Touch = { pageX: number; pageY: number }
type Touches = { touches: ArrayLike<Touch>; changedTouches?: ArrayLike<Touch> }

const TAP_MS = 300

const apart = (t: ArrayLike<Touch>) => Math.hypot(t[0].pageX - t[1].pageX, t[0].pageY - t[1].pageY)

/** Pinching and double tapping: `set` gets the wanted zoom. */
export function useGestures(zoom: () => number, set: (z: number) => void) {
  let from = 0
  let began = 1
  let wanted = 0
  let tapped = 0
  let still = false

  function start(e: Touches) {
    still = e.touches.length === 1
    if (e.touches.length !== 2) return
    from = apart(e.touches)
    began = zoom()
    wanted = 0
  }
  function move(e: Touches) {
    still = false
    if (from && e.touches.length === 2) wanted = (began * apart(e.touches)) / from
  }
  function end() {
    if (wanted) set(wanted)
    from = wanted = 0
    if (!still) return
    const now = Date.now()
    if (now - tapped < TAP_MS) set(zoom() > 1 ? 1 : 2)
    tapped = now - tapped < TAP_MS ? 0 : now
  }
  return { start, move, end }
}
