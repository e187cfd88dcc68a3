import type { SignIn } from '@zhizhou/sdk'

/** A day of the row that is shown. */
export interface SignInMark { day: number; text: string; done: boolean; madeUp: boolean; today: boolean }

/** The last seven days up to today, the oldest first. */
export function lastDays(s: Pick<SignIn, 'today' | 'days'>): SignInMark[] {
  const at = new Date(Date.UTC(Math.floor(s.today / 10000), (Math.floor(s.today / 100) % 100) - 1, s.today % 100))
  return Array.from({ length: 7 }, (_, n) => {
    const d = new Date(at.getTime() - (6 - n) * 86400_000)
    const day = d.getUTCFullYear() * 10000 + (d.getUTCMonth() + 1) * 100 + d.getUTCDate()
    const found = s.days.find((x) => x.day === day)
    return { day, text: `周${'日一二三四五六'[d.getUTCDay()]}`, done: !!found, madeUp: !!found?.made_up, today: n === 6 }
  })
}
