import { expect, it } from 'vitest'
import { amountText, emptyText } from './ranking'

it('says what puts a course in its place', () => {
  expect(amountText('sales_7', 12)).toBe('七天卖出 12 份')
  expect(amountText('rating', 48, 23)).toBe('4.8 分 · 23 人评价')
  expect(amountText('study', 61_000)).toBe('近三十天学了 1 分钟')
  expect(amountText('study', 2 * 3600_000)).toBe('近三十天学了 2 小时')
})
it('states of an empty ranking only when it was made', () => {
  expect(emptyText(Date.UTC(2026, 0, 2, 1, 30))).toMatch(/^榜单每 10 分钟更新，上次更新于 .*09:30。$/)
  expect(emptyText(0)).toBe('榜单每 10 分钟更新，还没有算出第一份。')
})
