import { expect, it } from 'vitest'
import { rule, waiting } from './unlock'

const now = Date.UTC(2026, 10, 20, 4)
const no = (id: number) => (id === 7 ? 2 : 0)

it('says what somebody still waits for', () => {
  expect(waiting({ lesson_id: 1, opens_at: 0, after_lesson_id: 7 }, no, now)).toBe('先学完第 2 课')
  expect(waiting({ lesson_id: 1, opens_at: 0, after_lesson_id: 8 }, no, now)).toBe('先学完前面的课')
  expect(waiting({ lesson_id: 1, opens_at: Date.UTC(2026, 10, 21, 1), after_lesson_id: 7 }, no, now)).toBe('先学完第 2 课，11 月 21 日 09:00解锁')
  expect(waiting({ lesson_id: 1, opens_at: Date.UTC(2026, 10, 20, 16), after_lesson_id: 0 }, no, now)).toBe('11 月 21 日解锁')
})

it('says the rule before one has the course, without dates that have passed', () => {
  expect(rule({ opens_at: Date.UTC(2026, 10, 1), opens_after_days: 0, after_lesson_id: 0 }, no, now)).toBe('')
  expect(rule({ opens_at: 0, opens_after_days: 3, after_lesson_id: 7 }, no, now)).toBe('加入 3 天后解锁，学完第 2 课解锁')
})
