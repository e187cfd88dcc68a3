/**
 * Time as people in the shop's country read it. Wherever a reader or a member of staff is, days begin and sales end
 * by China's clock, as on the server (`clock.China`); its offset has been the same since 1992.
 */
export interface ChinaTime { year: number; month: number; day: number; hour: number; minute: number; weekday: number }

const OFFSET = 8 * 3600_000

/** The parts of a moment in China; month from 1, weekday 0 is Sunday. Takes UTC ms. */
export function chinaTime(at: number): ChinaTime {
  const d = new Date(at + OFFSET)
  return { year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate(), hour: d.getUTCHours(), minute: d.getUTCMinutes(), weekday: d.getUTCDay() }
}

/** The moment, UTC ms, of a time of day in China; month from 1. */
export function chinaMoment(year: number, month: number, day: number, hour = 0, minute = 0): number {
  return Date.UTC(year, month - 1, day, hour, minute) - OFFSET
}

const two = (n: number) => String(n).padStart(2, '0')

/** 2026-11-20 in China. Takes UTC ms. */
export function chinaDate(at: number): string {
  const t = chinaTime(at)
  return `${t.year}-${two(t.month)}-${two(t.day)}`
}

/** 09:32 in China. Takes UTC ms. */
export function chinaClock(at: number): string {
  const t = chinaTime(at)
  return `${two(t.hour)}:${two(t.minute)}`
}
