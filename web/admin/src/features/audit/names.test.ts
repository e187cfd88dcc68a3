import { expect, it } from 'vitest'
import type { AuditRow } from '@/app/types'
import { namesIn, ownName } from './names'

const row = (action: string, target: string, after: object) => ({ action, target, before: '', after: JSON.stringify(after) }) as AuditRow
it('a row names its own target alone', () => {
  expect(ownName(row('course.create', 'course:1', { title: '写作课' }))).toBe('写作课')
  expect(ownName(row('lesson.update', 'course:1', { title: '第一课' }))).toBe('')
  expect(ownName(row('codes.make', 'code_batch:2', { name: '书店' }))).toBe('书店')
  expect(ownName(row('commission.rule', 'commission_rule:4', { Name: '新客' }))).toBe('新客')
  expect(ownName(row('promotion.on', 'promotion:3', { status: 'on' }))).toBe('')
})
it('a file is known by what is in it', () => {
  expect(ownName(row('export.ask', 'export:244175995138048', { kind: 'orders', format: 'xlsx' }))).toBe('订单 · XLSX')
})
it('numbers of things read as their names', () => {
  const r = { names: [{ ref: 'sku:3', name: '全套 · 永久', opens: 'product', key: '1' }] } as AuditRow
  expect(namesIn(r, 'skus', '[3,4]')).toBe('全套 · 永久、4')
  expect(namesIn(r, 'sku_id', '3')).toBe('全套 · 永久')
  expect(namesIn(r, 'skuid', '0')).toBe('—')
  expect(namesIn(r, 'price_fen', '3')).toBeNull()
})
