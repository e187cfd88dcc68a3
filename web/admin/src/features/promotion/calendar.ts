/** A day of the calendar: its start, and whether it lies in the month that is shown. */
export interface Day {
  at: number
  day: number
  inMonth: boolean
}

/** The weeks of a month from Monday to Sunday, filled with days of the months around it; month is 0–11. */
export function weeksOf(year: number, month: number): Day[][] {
  const first = new Date(year, month, 1)
  const before = (first.getDay() + 6) % 7
  const days = new Date(year, month + 1, 0).getDate()
  const weeks = Math.ceil((before + days) / 7)
  // Built from parts, not by adding hours: a day may be longer or shorter where clocks are changed.
  const day = (i: number): Day => {
    const d = new Date(year, month, 1 - before + i)
    return { at: d.getTime(), day: d.getDate(), inMonth: d.getMonth() === first.getMonth() }
  }
  return Array.from({ length: weeks }, (_, w) => Array.from({ length: 7 }, (__, i) => day(w * 7 + i)))
}

/** What runs at some time of the day that begins at `at`. */
export function runningOn<T extends { starts_at: number; ends_at: number }>(rows: T[], at: number): T[] {
  const d = new Date(at)
  const end = new Date(d.getFullYear(), d.getMonth(), d.getDate() + 1).getTime()
  return rows.filter((r) => r.starts_at < end && r.ends_at > at)
}
