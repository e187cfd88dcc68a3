import { describe, expect, it } from 'vitest'
import type { Coupon } from '@/app/types'
import { formOf, inputOf } from './form'
import { lasts, takesOff } from './labels'
import { peopleIn } from './people'

const coupon: Coupon = {
  id: 1, status: 'on', issued: 3, updated_at: 0, version: 2, name: '开学券', off_fen: 2000, pay_permille: 0, cap_fen: 0, at_fen: 10000, scope: {}, platforms: [], stackable: false, stock: 100, per_user: 1,
  claim: 'page', code: '', claim_from: 0, claim_until: 0, valid_from: 0, valid_until: 0, valid_days: 30, back_on_refund: true,
}
const { id: _i, status: _s, issued: _n, updated_at: _u, ...input } = coupon
const wrongOf = (over: object) => {
  const out = inputOf({ ...formOf(coupon), ...over }, 2, 3)
  return 'wrong' in out ? out.wrong : {}
}

describe('coupon form', () => {
  it('a coupon comes back as it was', () => expect(inputOf(formOf(coupon), 2, 3)).toEqual({ input }))
  it('takes off an amount or a part, not both', () => {
    expect(inputOf({ ...formOf(coupon), by: 'part', zhe: '9', cap: '30' }, 2, 3)).toMatchObject({ input: { off_fen: 0, pay_permille: 900, cap_fen: 3000 } })
    expect(wrongOf({ by: 'part', zhe: '10' })).toHaveProperty('pay_permille')
  })
  it('asks more than it takes off, and never less than was handed out', () => {
    expect(wrongOf({ at: '20' })).toEqual({ at_fen: '门槛要大于减免金额' })
    expect(wrongOf({ stock: 2 }).stock).toContain('已经发出 3 张')
  })
  it('has a code only where one is typed', () => {
    expect(wrongOf({ claim: 'code', code: '' })).toHaveProperty('code')
    expect(inputOf({ ...formOf(coupon), code: 'LEFT' }, 2, 3)).toMatchObject({ input: { code: '' } })
  })
  it('lasts some days or to a date', () => {
    expect(wrongOf({ lasting: 'dates', until: 0 })).toHaveProperty('valid_until')
    expect(inputOf({ ...formOf(coupon), lasting: 'dates', from: 5, until: 9 }, 2, 3)).toMatchObject({ input: { valid_days: 0, valid_from: 5, valid_until: 9 } })
  })
})

describe('coupon labels', () => {
  const yuan = (fen: number) => String(fen)
  it('say what is taken off and how long it lasts', () => {
    expect(takesOff(coupon, yuan)).toBe('满 10000 减 2000')
    expect(takesOff({ pay_permille: 850, cap_fen: 9 }, yuan)).toBe('无门槛，打 8.5 折，最多减 9')
    expect(lasts(coupon, yuan)).toBe('领取后 30 天')
  })
})

describe('a pasted list of people', () => {
  it('is phones and ids in any separation, each once', () => {
    expect(peopleIn('13900000001，13900000001\n243977354973186 abc;12')).toEqual({ phones: ['13900000001'], ids: [243977354973186], strange: ['abc', '12'] })
  })
})
