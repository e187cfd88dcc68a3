/** A stretch of media time that was really played, in ms. */
export interface Span { from_ms: number; to_ms: number }

const JUMP_MS = 2000

/**
 * Builds the stretches of media time that were played. Positions are observed a few times per second; a jump ends
 * one stretch and begins another, so that skipped parts are never reported.
 */
export class Watched {
  private from = -1
  private last = -1
  private lastAt = 0

  /** With `now` (ms) a long silence between two reports is no jump, as far as playing can have filled it: the system
   *  reports seldom, or not at all, while the screen is locked. */
  constructor(private readonly now?: () => number) {}

  /** Notes a position reached by playing at `rate`; returns the stretch that a jump has ended, if any. */
  observe(positionMs: number, rate: number): Span | null {
    const pos = Math.round(positionMs)
    const at = this.now?.() ?? 0
    const silent = at - this.lastAt
    this.lastAt = at
    if (this.from < 0) {
      this.from = this.last = pos
      return null
    }
    const step = pos - this.last
    if (step < 0 || step > JUMP_MS * Math.max(1, rate) + silent * rate) return this.jump(pos)
    this.last = pos
    return null
  }

  /** Playing goes on elsewhere: ends the stretch at the last observed position. */
  jump(positionMs: number): Span | null {
    const done = this.take()
    this.from = this.last = Math.round(positionMs)
    this.lastAt = this.now?.() ?? 0
    return done
  }

  /** Hands out what was played since the last time and goes on from there; null when nothing was. */
  take(): Span | null {
    if (this.from < 0 || this.last <= this.from) return null
    const done = { from_ms: this.from, to_ms: this.last }
    this.from = this.last
    return done
  }
}
