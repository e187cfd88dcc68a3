import { expect, it } from 'vitest'
import { formOf, inputOf, span } from './form'

const form = () => ({ ...formOf(null), name: '降价', skuId: 7, until: 1, least: '50', prices: [{ label: '低价', price: '99', weight: 30 }] })

it('sends the control first, without a price', () => {
  const r = inputOf(form(), 3)
  expect('input' in r && r.input.variants).toEqual([{ label: '标价', price_fen: 0, weight: 50 }, { label: '低价', price_fen: 9900, weight: 30 }])
})

it('says what is wrong where it is', () => {
  const r = inputOf({ ...form(), skuId: 0, prices: [{ label: '', price: '10', weight: 30 }] }, 0)
  expect('wrong' in r && r.wrong).toEqual({ sku_id: '请选一个规格', variants: '第 1 个价格低于最低价' })
})

it('a plot holds every interval and zero', () => {
  const s = span([{ low: 2, high: 4 }, { low: 1, high: 3 }])
  expect([s.low < 0, s.high > 4]).toEqual([true, true])
})
