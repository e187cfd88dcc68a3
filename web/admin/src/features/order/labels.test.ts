import { expect, it } from 'vitest'
import refunds from '../../../../../internal/commerce/refund.go?raw'
import caller from '../../../../../internal/web/caller.go?raw'
import accounts from '../../../../../internal/ledger/account.go?raw'
import { platforms } from '@/features/selling/platforms'
import { causeLabel, channelKeys, channelLabel, knowsCause } from './labels'

it('has words for every cause of a refund', () => {
  const causes = /Cause +string \/\/ ([a-z_, ]+)/.exec(refunds)![1].split(', ')
  expect(causes).toContain('gift_unreceived')
  expect(causes.filter((c) => !knowsCause(c))).toEqual([])
  expect(causeLabel('group_failed')).toBe('没有成团，自动退回')
})
it('calls channels and platforms what files call them', () => {
  for (const key of channelKeys.filter((k) => k !== 'free')) expect(accounts).toContain(`"${key}": "${channelLabel(key)}"`)
  for (const p of platforms) expect(caller).toContain(`: "${p.label}"`)
})
