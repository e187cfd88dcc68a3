import { expect, it } from 'vitest'
import { remember } from './useSearchHistory'

it('keeps the newest search first, without doubles, at most eight', () => {
  expect(remember(['合同', '写作'], ' 写作 ')).toEqual(['写作', '合同'])
  expect(remember(['a'], '   ')).toEqual(['a'])
  expect(remember(['1', '2', '3', '4', '5', '6', '7', '8'], '9')).toEqual(['9', '1', '2', '3', '4', '5', '6', '7'])
})
