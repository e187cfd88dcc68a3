import { expect, it } from 'vitest'
import refunds from '../../../../../internal/commerce/refund.go?raw'
import { causeLabel, knowsCause } from './labels'

it('has words for every cause of a refund', () => {
  const causes = /Cause +string \/\/ ([a-z_, ]+)/.exec(refunds)![1].split(', ')
  expect(causes).toContain('gift_unreceived')
  expect(causes.filter((c) => !knowsCause(c))).toEqual([])
  expect(causeLabel('group_failed')).toBe('没有成团，自动退回')
})
