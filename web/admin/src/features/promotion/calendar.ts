import { date, dayStart } from '@/app/format'

const dayMs = 86_400_000
/** A day of the calendar: its start in China, and whether it lies in the month that is shown. */
export interface Day {
  at: number
  day: number
  inMonth: boolean
}

/** The weeks of a month of China's from Monday to Sunday, filled with days of the months around it; month is `2026-11`. */
export function weeksOf(month: string): Day[][] {
  const first = dayStart(`${month}-01`)
  const before = (new Date(`${month}-01`).getUTCDay() + 6) % 7
  const weeks = Math.ceil((before + new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate()) / 7)
  const day = (i: number): Day => {
    const at = first + (i - before) * dayMs
    return { at, day: Number(date(at).slice(8)), inMonth: date(at).slice(0, 7) === month }
  }
  return Array.from({ length: weeks }, (_, w) => Array.from({ length: 7 }, (__, i) => day(w * 7 + i)))
}

/** What runs at some time of the day that begins at `at`. */
export const runningOn = <T extends { starts_at: number; ends_at: number }>(rows: T[], at: number): T[] => rows.filter((r) => r.starts_at < at + dayMs && r.ends_at > at)
