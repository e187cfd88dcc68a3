import { chinaDate, chinaTime } from '@zhizhou/sdk'
import type { Booking, BookingDesk, BookingSlot } from '@zhizhou/sdk'
import { day, hourMinute } from '@/app/format'

const week = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']

/** 周六, by China's calendar. */
export const weekday = (at: number) => week[chinaTime(at).weekday % 7]

/** 3 月 6 日 周六 10:00–11:00. */
export const when = (x: { starts_at: number; ends_at: number }, now = Date.now()) => `${day(x.starts_at, now)} ${weekday(x.starts_at)} ${hourMinute(x.starts_at)}–${hourMinute(x.ends_at)}`

/** The slots by China's day, as they come. */
export function byDay(slots: BookingSlot[]): { key: string; slots: BookingSlot[] }[] {
  const out: { key: string; slots: BookingSlot[] }[] = []
  for (const s of slots) {
    const key = chinaDate(s.starts_at)
    if (out[out.length - 1]?.key !== key) out.push({ key, slots: [] })
    out[out.length - 1].slots.push(s)
  }
  return out
}

/** Still to come, or on. */
export const current = (b: Booking, now: number) => (b.state === 'booked' || b.state === 'waiting') && b.ends_at > now

export const kinds: Record<BookingDesk['kind'], string> = { offline: '线下课', online: '线上课', one_to_one: '一对一' }

/** What became of a booking, in a word. */
export function outcome(b: Booking): string {
  if (b.state === 'attended') return '已到场'
  if (b.state === 'absent') return '缺席'
  if (b.state === 'cancelled') return b.ended_by === 'full' ? '没等到名额' : b.ended_by === 'learner' ? '自己取消' : '已取消'
  return b.state === 'waiting' ? '排队中' : '等老师登记'
}

/** What is copied where there are no files. */
export const asText = (b: Booking) => [b.title, when(b), b.place].filter(Boolean).join('\n')
