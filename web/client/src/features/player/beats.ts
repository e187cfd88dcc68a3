import type { Beat } from '@zhizhou/sdk'
import type { Span } from './intervals'

const KEPT = 40

/** Beats waiting to be sent, numbered from 1 in the order in which they were played. */
export class Beats {
  private seq = 0
  private waiting: Beat[] = []

  /** Adds a played stretch; null adds nothing. */
  add(span: Span | null, positionMs: number, rate: number): void {
    if (span) this.waiting = [...this.waiting, { ...span, seq: ++this.seq, position_ms: positionMs, rate }].slice(-KEPT)
  }

  get first(): Beat | undefined {
    return this.waiting[0]
  }

  /** The beat was answered, or will never be accepted. */
  drop(seq: number): void {
    this.waiting = this.waiting.filter((b) => b.seq !== seq)
  }
}
