import { describe, expect, it } from 'vitest'
import type { Renewal, RenewalCycle } from '@zhizhou/sdk'
import { coming, cycleText, every, stateText } from './words'

const cycle = (more: Partial<RenewalCycle>): RenewalCycle => ({
  no: 1, state: 'planned', amount_fen: 0, notice_at: 1, noticed_at: 0, charge_at: 2, paid_at: 0, paid_fen: 0, refunded_fen: 0, order_no: '', note: '', ...more,
})
const contract = (more: Partial<Renewal>): Renewal => ({
  id: 1, product_id: 2, title: '会员', sku_name: '包月', agreed_fen: 3000, months: 1, state: 'active', terms: '', signed_at: 1, cancelled_at: 0, cancelled_by: '', cycles: [], ...more,
})

describe('words of a renewal', () => {
  it('says who ended it', () => {
    expect(stateText(contract({}))).toBe('已开通')
    expect(stateText(contract({ state: 'cancelled', cancelled_by: 'channel' }))).toBe('已在微信里关闭')
    expect(stateText(contract({ state: 'ended', cancelled_by: 'over' }))).toBe('会员已到期')
  })
  it('announces a charge only while the contract is on', () => {
    const cycles = [cycle({ no: 2, state: 'noticed', amount_fen: 3000 }), cycle({ state: 'paid' })]
    expect(coming(contract({ cycles }))?.no).toBe(2)
    expect(coming(contract({ cycles, state: 'cancelled' }))).toBeUndefined()
    expect(coming(contract({ cycles: [cycle({ state: 'failed' })] }))).toBeUndefined()
  })
  it('tells a charge that failed from one that will be tried again', () => {
    expect(cycleText(cycle({ state: 'failed', note: '扣款 3 次没有成功' }))).toEqual({ text: '没有续上', note: '扣款 3 次没有成功', bad: true })
    expect(cycleText(cycle({ state: 'noticed', note: '扣款没有成功，会再试' })).text).toBe('会再扣一次')
    expect(cycleText(cycle({ state: 'paid', paid_fen: 3000, refunded_fen: 3000 }))).toEqual({ text: '已续费 ¥30.00', note: '已退 ¥30.00', bad: false })
  })
  it('names the period', () => {
    expect([1, 3, 12].map(every)).toEqual(['每月', '每季', '每年'])
  })
})
