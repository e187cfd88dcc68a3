import { describe, expect, it } from 'vitest'
import type { Held } from '@/app/types'
import { allowed, decisions } from './held'

const held = (over: Partial<Held>): Held => ({
  id: 1, order_no: 'o', user_id: 1, nickname: '', title: '', channel: 'wechat_native', out_trade_no: 'p', transaction_id: 't', amount_fen: 16800, received_fen: 16900,
  cause: 'mismatch', reason: '', paid_at: 1, state: 'waiting', state_label: '待处理', refund_id: 0, refund_error: '', decision_note: '', decided_at: 0, decided_by: '', actions: [], ...over,
})

describe('held payments', () => {
  it('offer what the server allows alone, in one order', () => {
    expect(allowed(held({ actions: ['explain', 'refund'] }))).toEqual(['refund', 'explain'])
    expect(allowed(held({ actions: ['retry'] }))).toEqual([])
    expect(allowed(held({}))).toEqual([])
  })
  it('say the amount that came, not the one asked for', () => {
    expect(decisions.refund.effect(held({}))).toContain('¥169.00')
    expect(decisions.match.effect(held({}))).toContain('¥169.00')
  })
})
