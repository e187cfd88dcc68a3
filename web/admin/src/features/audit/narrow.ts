import { dayEnd, dayStart } from '@/app/format'

/** What the log is narrowed by; days are China's, '' and 0 are any. */
export interface Narrow { action: string; staff: number; first: string; last: string; target: string; targetName: string }

/** Nothing narrowed. */
export const anyRow = (): Narrow => ({ action: '', staff: 0, first: '', last: '', target: '', targetName: '' })

/** The query of a list; the last day counts whole. */
export const narrowQuery = (n: Narrow) => ({ action: n.action, target: n.target, staff_id: n.staff || undefined, from: dayStart(n.first) || undefined, to: dayEnd(n.last) || undefined })

/** Whether anything is narrowed. */
export const narrowed = (n: Narrow) => !!(n.action || n.staff || n.first || n.last || n.target)
