import { expect, it } from 'vitest'
import { doneText } from './service'

it('says what was done, on which day, and who marked it when', () => {
  const at = Date.parse('2025-11-03T10:00:00')
  const done = { note: '谈了一小时', given_at: 0, done_at: at, done_by: '小周' }
  expect(doneText(done)).toMatch(/^谈了一小时 · 小周 .*标记$/)
  expect(doneText({ ...done, given_at: at })).toMatch(/^2025.*：谈了一小时 · 小周 /)
})
