import type { LockedLesson, OutlineLesson } from '@zhizhou/sdk'
import { chinaTime } from '@zhizhou/sdk'
import { day, hourMinute } from './format'

type Rule = Pick<OutlineLesson, 'opens_at' | 'opens_after_days' | 'after_lesson_id'>

/** 11 月 20 日 09:00, without the hour when it is midnight. Takes UTC ms. */
export function when(at: number, now = Date.now()): string {
  const t = chinaTime(at)
  return t.hour || t.minute ? `${day(at, now)} ${hourMinute(at)}` : day(at, now)
}

/** What somebody who has the course still waits for. `no` tells the number of a lesson, 0 when it has none. */
export function waiting(l: LockedLesson, no: (lessonId: number) => number, now = Date.now()): string {
  const n = l.after_lesson_id ? no(l.after_lesson_id) : 0
  const first = l.after_lesson_id ? (n ? `先学完第 ${n} 课` : '先学完前面的课') : ''
  const date = l.opens_at > now ? `${when(l.opens_at, now)}解锁` : ''
  return [first, date].filter(Boolean).join('，')
}

/** The rule of a lesson to those who do not have the course; '' when it opens at once. */
export function rule(l: Rule, no: (lessonId: number) => number, now = Date.now()): string {
  const n = l.after_lesson_id ? no(l.after_lesson_id) : 0
  return [
    l.opens_at > now ? `${when(l.opens_at, now)}解锁` : '',
    l.opens_after_days ? `加入 ${l.opens_after_days} 天后解锁` : '',
    l.after_lesson_id ? (n ? `学完第 ${n} 课解锁` : '学完前面的课解锁') : '',
  ].filter(Boolean).join('，')
}
