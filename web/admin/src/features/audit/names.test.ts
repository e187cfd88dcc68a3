import { expect, it } from 'vitest'
import type { AuditRow } from '@/app/types'
import { ownName } from './names'

const row = (action: string, target: string, after: object) => ({ action, target, before: '', after: JSON.stringify(after) }) as AuditRow
it('a row names its own target alone', () => {
  expect(ownName(row('course.create', 'course:1', { title: '写作课' }))).toBe('写作课')
  expect(ownName(row('lesson.update', 'course:1', { title: '第一课' }))).toBe('')
  expect(ownName(row('codes.make', 'code_batch:2', { name: '书店' }))).toBe('书店')
  expect(ownName(row('commission.rule', 'commission_rule:4', { Name: '新客' }))).toBe('新客')
  expect(ownName(row('promotion.on', 'promotion:3', { status: 'on' }))).toBe('')
})
