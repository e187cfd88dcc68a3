import { expect, it } from 'vitest'
import { crossed, askOf, type AskForm } from './ask'

const form: AskForm = { userId: 7, platform: 'pc', items: [{ sku_id: 1, quantity: 2 }], way: 'self', coupons: 'best', couponIds: [], points: false }
it('the best coupons, none, or the chosen ones', () => {
  expect(askOf(form)).toEqual({ user_id: 7, platform: 'pc', items: [{ sku_id: 1, quantity: 2 }], gift: false, group: false, no_coupon: false })
  expect(askOf({ ...form, coupons: 'none' })).toMatchObject({ no_coupon: true })
  expect(askOf({ ...form, coupons: 'these', couponIds: [3] })).toMatchObject({ coupon_ids: [3], no_coupon: false })
  expect(askOf({ ...form, coupons: 'these' })).toMatchObject({ no_coupon: true })
})
it('a gift or a group, never both', () => {
  expect(askOf({ ...form, way: 'gift' })).toMatchObject({ gift: true, group: false })
  expect(askOf({ ...form, way: 'group' })).toMatchObject({ gift: false, group: true })
})

it('a price is crossed out where buyers see one: lowered, not compared with a promotion, not on a young offer', () => {
  expect(crossed({ was_fen: 16900, lines: [{ amount_fen: 9900 }] })).toBe(true)
  expect(crossed({ was_fen: 16900, lines: [{ amount_fen: 16900 }, { amount_fen: -8900 }] })).toBe(false)
  expect(crossed({ was_fen: 0, lines: [{ amount_fen: 0 }] })).toBe(false)
})
