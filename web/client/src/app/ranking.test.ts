import { expect, it } from 'vitest'
import { amountText } from './ranking'

it('says what puts a course in its place', () => {
  expect(amountText('sales_7', 12)).toBe('七天卖出 12 份')
  expect(amountText('study', 61_000)).toBe('近三十天学了 1 分钟')
  expect(amountText('study', 2 * 3600_000)).toBe('近三十天学了 2 小时')
})
