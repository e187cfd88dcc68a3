import { expect, it } from 'vitest'
import { minutes } from './words'

it('tells how long somebody was there', () => {
  expect(minutes(0)).toBe('0 秒')
  expect(minutes(59_999)).toBe('59 秒')
  expect(minutes(3_660_000)).toBe('61 分钟')
})
