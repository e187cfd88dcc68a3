import { describe, expect, it } from 'vitest'
import type { Sku, VirtualItem } from '@/app/types'
import { periodLabel } from './period'
import { miniPrices, miniState } from './virtual'

const sku: Sku = { id: 3, name: '年卡', price_fen: 19900, period_days: 365, tax_category: 'digital_service', active: true, platform_prices: { mp_ios: 25800 } }
const item = (price_fen: number, state: VirtualItem['state'], sku_id = 3): VirtualItem => ({ item_id: 'x', sku_id, price_fen, state, message: '', updated_at: 0 })

describe('the mini program', () => {
  it('sells a price that is published, for this very offer', () => {
    expect(miniState(sku, 19900, [item(19900, 'published')])).toBe('yes')
    expect(miniState(sku, 19900, [item(19900, 'published', 4)])).toBe('no')
    expect(miniState(sku, 9900, [item(19900, 'published'), item(9900, 'uploading')])).toBe('coming')
    expect(miniState(sku, 9900, [item(9900, 'failed')])).toBe('failed')
  })
  it('needs no item for what is free or not sold by virtual payment', () => {
    expect(miniState(sku, 0, [])).toBe('free')
    expect(miniState({ ...sku, tax_category: 'book' }, 19900, [])).toBe('other')
  })
  it('looks at the price of each of its platforms', () => {
    expect(miniPrices(sku, [item(19900, 'published')])).toEqual([{ fen: 25800, state: 'no' }, { fen: 19900, state: 'yes' }])
    expect(miniPrices({ ...sku, platform_prices: {} }, [])).toHaveLength(1)
  })
})

describe('a period', () => {
  it('reads as days, months, a date or for good', () => {
    expect([{}, { period_days: 365 }, { period_days: 30 }, { period_months: 3 }, { period_months: 24 }, { until_at: new Date(2027, 0, 2).getTime() }].map(periodLabel)).toEqual(['长期有效', '1 年', '30 天', '3 个月', '2 年', '到 2027-01-02'])
  })
})
