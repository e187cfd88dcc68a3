import { describe, expect, it } from 'vitest'
import type { Sku } from '@/app/types'
import { formOf, inputOf } from './skuForm'

const sku: Sku = {
  id: 3, name: '年卡', price_fen: 19900, period_days: 365, period_months: 0, until_at: 0, tax_category: 'digital_service', tax_rate: '6', tax_code: '3040203000000000000', active: true, position: 2, platform_prices: { mp_ios: 25850 },
  tier_prices: { 12: 9900 }, sale_from: 1000, sale_until: 2000, stock: 50, per_user: 1, trial: true,
}
const wrongOf = (over: object) => {
  const out = inputOf({ ...formOf(sku), ...over }, 0)
  return 'wrong' in out ? out.wrong : {}
}

describe('price form', () => {
  it('an offer comes back as it was', () => {
    const { id: _, ...input } = sku
    expect(inputOf(formOf(sku), 2)).toEqual({ input })
  })
  it('drops a platform price that is empty or equal to the common one', () => {
    const f = { ...formOf(sku), own: { mp_ios: '', pc: '199.00', h5: '149' } }
    expect(inputOf(f, 0)).toMatchObject({ input: { platform_prices: { h5: 14900 } } })
  })
  it('sends one way to end at most', () => {
    expect(inputOf({ ...formOf(sku), lasting: 'forever' }, 0)).toMatchObject({ input: { period_days: 0, period_months: 0, until_at: 0 } })
    expect(inputOf({ ...formOf(sku), lasting: 'months', months: 3 }, 0)).toMatchObject({ input: { period_days: 0, period_months: 3, until_at: 0 } })
    expect(inputOf({ ...formOf(sku), lasting: 'until', until: 5 }, 0)).toMatchObject({ input: { period_days: 0, period_months: 0, until_at: 5 } })
  })
  it('knows how an offer lasts; a new membership ends', () => {
    expect(formOf({ ...sku, period_days: 0, until_at: 7 }).lasting).toBe('until')
    expect(formOf(null).lasting).toBe('forever')
    expect(formOf(null, 'membership').lasting).toBe('months')
    expect([formOf(null, 'service').tax, formOf(null, 'bundle').tax]).toEqual(['service', 'digital_service'])
  })
  it('names every wrong field', () => {
    expect(Object.keys(wrongOf({ name: ' ', price: '1.999', days: 0, own: { pc: 'x' }, tiers: { 12: '0' }, from: 5, to: 4, stock: 1.5, perUser: -1, taxCode: '12' })).sort()).toEqual([
      'name', 'pc', 'per_user', 'period_days', 'price_fen', 'sale_until', 'stock', 'tax_code', 'tier_12',
    ])
  })
  it('says the size of a price that is too large, and of a name that is too long', () => {
    expect(wrongOf({ price: '123456' }).price_fen).toContain('¥99,999.99')
    expect(wrongOf({ name: '长'.repeat(31) }).name).toContain('30')
    expect(wrongOf({ tiers: { 12: '199.01' } }).tier_12).toContain('高于售价')
  })
})
