import { expect, it } from 'vitest'
import { filtersOf, narrowed } from './useSearch'

it('reads filters out of an address and counts what narrows', () => {
  const f = filtersOf({ tag: 'Excel', teacher: '7', sort: 'newest', pay: undefined })
  expect(f).toEqual({ category: '', form: '', pay: '', tag: 'Excel', teacher: 7, sort: 'newest' })
  expect(narrowed(f)).toBe(2)
  expect(narrowed(filtersOf({ teacher: 'x', sort: 'price' }))).toBe(0)
})
