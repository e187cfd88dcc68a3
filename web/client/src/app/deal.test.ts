import { describe, expect, it } from 'vitest'
import type { Deal } from '@zhizhou/sdk'
import { headline } from './deal'

const hour = 3600_000
const deal = (over: Partial<Deal>): Deal => ({ kind: 'flash', label: '秒杀', price_fen: 9900, was_fen: 16900, starts_at: 10 * hour, ends_at: 12 * hour, group_size: 0, left_units: -1, now_at: 0, ...over })

describe('the price of a card', () => {
  it('turns to the flash price when it starts and back when it ends', () => {
    const deals = [deal({})]
    expect(headline(16900, deals, 9 * hour, true)).toEqual({ fen: 16900, was: 0, tag: '', notes: ['秒杀 ¥99.00，1 小时后开始'] })
    expect(headline(16900, deals, 10 * hour, true)).toEqual({ fen: 9900, was: 16900, tag: '秒杀', notes: ['剩 2 小时'] })
    expect(headline(16900, deals, 12 * hour, true)).toEqual({ fen: 16900, was: 0, tag: '', notes: [] })
  })
  it('is never a promotion that is used up, or above the usual price', () => {
    expect(headline(16900, [deal({ left_units: 0 })], 11 * hour, true).fen).toBe(16900)
    expect(headline(8000, [deal({})], 11 * hour, true)).toEqual({ fen: 8000, was: 0, tag: '', notes: [] })
  })
  it('names what groups and newcomers pay only where that is less, and newcomers to strangers alone', () => {
    const deals = [deal({}), deal({ kind: 'group', group_size: 3, price_fen: 8000 }), deal({ kind: 'newcomer', price_fen: 7000 }), deal({ kind: 'newcomer', price_fen: 9900 })]
    expect(headline(16900, deals, 11 * hour, true).notes).toEqual(['剩 1 小时', '3 人团 ¥80.00', '新人价 ¥70.00'])
    expect(headline(16900, deals, 11 * hour, false).notes).toEqual(['剩 1 小时', '3 人团 ¥80.00'])
  })
})
