import type { Lesson, Progress } from '@zhizhou/sdk'

const SLACK_MS = 2000
const LOST_MS = 30_000
export const AHEAD_HINT = '首次观看不能快进'
/** The fastest speed of a first viewing in order. */
export const ORDER_RATE = 1.5

/** Keeps a first viewing from getting ahead of what was watched. Times are ms. */
export class InOrder {
  private on: boolean
  private reach: number

  constructor(lesson: Pick<Lesson, 'in_order' | 'reach_ms'>) {
    this.on = lesson.in_order
    this.reach = lesson.reach_ms
  }

  /** Where playing may go when `ms` is asked for. */
  allow(ms: number): number {
    return this.on && ms > this.reach + SLACK_MS ? this.reach : ms
  }

  /** How far it is open; infinite when there is no order. */
  get until(): number {
    return this.on ? this.reach + SLACK_MS : Infinity
  }

  /** Notes a moment that was played. */
  played(ms: number): void {
    if (ms <= this.reach + SLACK_MS) this.reach = Math.max(this.reach, ms)
  }

  /** What the server counted. Returns where to go back to when it lost what was played, else −1. */
  counted(p: Progress): number {
    if (p.finished) this.on = false
    if (!this.on || p.reach_ms + LOST_MS >= this.reach) return -1
    this.reach = p.reach_ms
    return this.reach
  }
}

export const rates = (all: number[], lesson: Pick<Lesson, 'in_order'>) => (lesson.in_order ? all.filter((r) => r <= ORDER_RATE) : all)
export const sayAhead = () => uni.showToast({ title: AHEAD_HINT, icon: 'none' })
