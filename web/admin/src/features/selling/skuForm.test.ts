import { describe, expect, it } from 'vitest'
import type { Sku } from '@/app/types'
import { formOf, inputOf } from './skuForm'

const sku: Sku = { id: 3, name: '年卡', price_fen: 19900, period_days: 365, tax_category: 'digital_service', active: true, position: 2, platform_prices: { mp_ios: 25850 } }

describe('price form', () => {
  it('an offer comes back as it was', () => {
    expect(inputOf(formOf(sku), 2)).toEqual({ input: { name: '年卡', price_fen: 19900, period_days: 365, tax_category: 'digital_service', active: true, position: 2, platform_prices: { mp_ios: 25850 } } })
  })
  it('drops a platform price that is empty or equal to the common one', () => {
    const f = { ...formOf(sku), own: { mp_ios: '', pc: '199.00', h5: '149' } }
    expect(inputOf(f, 0)).toMatchObject({ input: { platform_prices: { h5: 14900 } } })
  })
  it('access for good is period 0', () => {
    expect(inputOf({ ...formOf(sku), forever: true }, 0)).toMatchObject({ input: { period_days: 0 } })
  })
  it('names every wrong field', () => {
    const out = inputOf({ ...formOf(sku), name: ' ', price: '1.999', days: 0, own: { pc: 'x' } }, 0)
    expect('wrong' in out && Object.keys(out.wrong).sort()).toEqual(['name', 'pc', 'period_days', 'price_fen'])
  })
})
