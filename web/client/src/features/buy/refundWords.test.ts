import { expect, it } from 'vitest'
import { refundEnds, refundReasons } from './refundWords'

it('speaks of what was bought', () => {
  expect(refundReasons('service').join()).not.toMatch(/学|播放/)
  expect(refundReasons('course')).toContain('播放有问题')
  expect(refundEnds('service')).toBe('这项服务不再提供')
  expect(refundEnds('membership')).toBe('会员会收回')
})
