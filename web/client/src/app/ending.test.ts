import { expect, test } from 'vitest'
import { endingOf } from './ending'

test('the ending is that of the name, however the header is written', () => {
  expect(endingOf({ 'Content-Disposition': `attachment; filename="file"; filename*=UTF-8''%E5%86%99%E4%BD%9C%E6%89%8B%E5%86%8C.PDF` })).toBe('pdf')
  expect(endingOf({ 'content-disposition': `attachment; filename*=UTF-8''a.b.docx; size=3` })).toBe('docx')
  expect(endingOf({ 'Content-Disposition': `attachment; filename="file"; filename*=UTF-8''%E6%B8%85%E5%8D%95` })).toBe('')
  expect(endingOf({ 'Content-Disposition': 'attachment' })).toBe('')
  expect(endingOf({})).toBe('')
})
