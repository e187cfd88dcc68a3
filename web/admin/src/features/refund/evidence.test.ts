import { describe, expect, it } from 'vitest'
import { daysToRequest, waited } from './evidence'

const day = 86_400_000
describe('refund evidence', () => {
  it('counts a started day as a day', () => {
    expect(daysToRequest({ paid_at: 1000, requested_at: 2000 })).toBe(1)
    expect(daysToRequest({ paid_at: 1000, requested_at: 1000 + 2 * day + 1 })).toBe(3)
    expect(daysToRequest({ paid_at: 0, requested_at: 5 })).toBeNull()
  })
  it('says how long someone has been waiting', () => {
    expect(waited({ requested_at: 0 }, 1000)).toBe('等了不到 1 小时')
    expect(waited({ requested_at: 0 }, 5 * 3_600_000)).toBe('等了 5 小时')
    expect(waited({ requested_at: 0 }, 50 * 3_600_000)).toBe('等了 2 天 2 小时')
  })
})
