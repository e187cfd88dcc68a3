/** Speed over the last seconds of an upload, so that a stall or a burst does not swing the time left. */
export class Rate {
  private samples: { at: number; sent: number }[] = []
  constructor(private readonly windowMs = 8000) {}

  /** Notes that `sent` bytes in all had gone out at `at` ms. */
  note(at: number, sent: number) {
    this.samples.push({ at, sent })
    while (this.samples.length > 2 && at - this.samples[0].at > this.windowMs) this.samples.shift()
  }

  /** Bytes a second, 0 while unknown. */
  get perSecond(): number {
    const first = this.samples[0]
    const last = this.samples[this.samples.length - 1]
    if (!first || last.at - first.at < 500) return 0
    return Math.max(0, ((last.sent - first.sent) / (last.at - first.at)) * 1000)
  }

  /** Seconds until `total` is out at this speed, 0 while unknown. */
  left(total: number): number {
    const last = this.samples[this.samples.length - 1]
    const speed = this.perSecond
    return last && speed > 0 ? Math.max(0, (total - last.sent) / speed) : 0
  }

  /** Forgets all, after a pause. */
  reset() {
    this.samples = []
  }
}
