import { describe, expect, it } from 'vitest'
import type { Promotion } from '@/app/types'
import { formOf, inputOf } from './form'
import { gives, phaseOf } from './labels'

const promotion: Promotion = {
  id: 1, version: 3, status: 'on', kind: 'flash', label: '周末秒杀', note: '', starts_at: 10, ends_at: 20, platforms: [], scope: { skus: [7] }, price_fen: 9900, pay_permille: 0, cap_fen: 0, steps: [],
  quota: 50, per_user: 1, group_size: 0, group_hours: 0, helpers: 0, help_hours: 0, held_units: 0, sold_units: 0, updated_at: 0,
}
const { id: _i, status: _s, held_units: _h, sold_units: _o, updated_at: _u, ...input } = promotion
const wrongOf = (over: object) => {
  const out = inputOf({ ...formOf(promotion), ...over }, 3)
  return 'wrong' in out ? out.wrong : {}
}

describe('promotion form', () => {
  it('a promotion comes back as it was', () => expect(inputOf(formOf(promotion), 3)).toEqual({ input }))
  it('a fixed price must name offers, a part of the price need not', () => {
    const scope = { products: [], skus: [], categories: [], kinds: [], tags: [] }
    expect(wrongOf({ scope })).toEqual({ scope: '固定活动价要选定规格' })
    expect(inputOf({ ...formOf(promotion), scope, by: 'part', zhe: '8.5', cap: '50' }, 3)).toMatchObject({ input: { scope: {}, price_fen: 0, pay_permille: 850, cap_fen: 5000 } })
  })
  it('steps give less than they ask, and stand alone', () => {
    expect(wrongOf({ kind: 'threshold', steps: [{ at: '100', off: '10' }, { at: '50', off: '50' }] }).steps).toBe('第 2 档：减额要小于门槛')
    expect(inputOf({ ...formOf(promotion), kind: 'threshold', steps: [{ at: '100', off: '10' }] }, 3)).toMatchObject({ input: { steps: [{ at_fen: 10000, off_fen: 1000 }], price_fen: 0, pay_permille: 0 } })
  })
  it('a group has a size and a time', () => {
    expect(Object.keys(wrongOf({ kind: 'group', size: 1, hours: 0 }))).toEqual(['group_size', 'group_hours'])
    expect(inputOf({ ...formOf(promotion), kind: 'group', size: 3, hours: 24 }, 3)).toMatchObject({ input: { group_size: 3, group_hours: 24, helpers: 0, help_hours: 0 } })
  })
  it('names every wrong field, with sizes', () => {
    const wrong = wrongOf({ label: '长'.repeat(21), from: 0, until: 0, price: '1000000', quota: -1, perUser: 0.5 })
    expect(Object.keys(wrong).sort()).toEqual(['ends_at', 'label', 'per_user', 'price_fen', 'quota', 'starts_at'])
    expect(wrong.price_fen).toContain('¥99,999.99')
  })
})

describe('labels', () => {
  it('a promotion that is on goes through three phases', () => {
    expect([5, 10, 19, 20].map((now) => phaseOf('on', 10, 20, now))).toEqual(['coming', 'running', 'running', 'over'])
    expect([phaseOf('draft', 10, 20, 15), phaseOf('off', 10, 20, 15), phaseOf('on', 0, 0, 15)]).toEqual(['draft', 'off', 'running'])
  })
  it('say what is given', () => {
    const yuan = (fen: number) => String(fen)
    expect(gives(promotion, yuan)).toBe('活动价 9900')
    expect(gives({ ...promotion, price_fen: 0, pay_permille: 850, cap_fen: 100 }, yuan)).toBe('8.5 折，最多减 100')
    expect(gives({ ...promotion, kind: 'threshold', steps: [{ at_fen: 100, off_fen: 10 }] }, yuan)).toBe('满 100 减 10')
    expect(gives({ ...promotion, kind: 'group', group_size: 3 }, yuan)).toBe('3 人团 · 活动价 9900')
  })
})

it('a bargain sends its floor, helpers and hours, whatever was chosen before', () => {
  const form = { ...formOf(null, 'bargain'), label: '砍价', from: 1, until: 2, by: 'part' as const, zhe: '8', price: '99', helpers: 5, helpHours: 12 }
  form.scope.skus = [7]
  const r = inputOf(form, 0)
  expect('input' in r && r.input).toMatchObject({ kind: 'bargain', price_fen: 9900, pay_permille: 0, helpers: 5, help_hours: 12, group_size: 0 })
})
