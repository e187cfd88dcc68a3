import { expect, it } from 'vitest'
import { cardNote, lessonsText, unit } from './column'

it('a column counts issues, against its plan where it has one', () => {
  expect(unit({ form: 'column' }) + unit({ form: 'course' }) + unit()).toBe('期课时课时')
  expect(lessonsText({ form: 'column', lesson_count: 8, planned_count: 50 })).toBe('已更新 8/50 期')
  expect(lessonsText({ form: 'column', lesson_count: 8, planned_count: 0 })).toBe('已更新 8 期')
  expect(lessonsText({ form: 'course', lesson_count: 8, planned_count: 0 })).toBe('8 课时')
  const c = { instructor_name: '沈牧之', form_note: '图文', lesson_count: 4, planned_count: 24 }
  expect(cardNote({ ...c, form: 'column' })).toBe('沈牧之 · 已更新 4/24 期')
  expect(cardNote({ ...c, form: 'course' })).toBe('沈牧之 · 图文')
})
