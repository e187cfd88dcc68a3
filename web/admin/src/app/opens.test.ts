import { expect, it } from 'vitest'
import naming from '../../../../internal/naming/naming.go?raw'
import { knowsTarget } from '@/features/audit/labels'
import { openable, toOpen } from './opens'

it('has a page for whatever the server says shows something, and words for its kind', () => {
  const each = [...naming.matchAll(/`SELECT '([a-z_]+)'.*/g)]
  expect(each.length).toBeGreaterThan(25)
  const opens = [...naming.matchAll(/(?:name|title|label|words|stem|reference|number|no|c\.name|p\.label|u\.nickname|nickname|out_trade_no(?: |, CASE).*THEN), '([a-z_]+)'/g)].map((m) => m[1])
  expect(opens).toEqual(expect.arrayContaining(['synonyms', 'documents', 'bills', 'user']))
  expect(opens.filter((o) => !openable.includes(o))).toEqual([])
  expect(each.map((m) => m[1]).filter((k) => !knowsTarget(k))).toEqual([])
})
it('opens an order by its number, and a list without one', () => {
  expect(toOpen({ ref: 'refund:1', name: 'R1', opens: 'order', key: 'N1' })).toEqual({ name: 'orders', params: { no: 'N1' } })
  expect(toOpen({ ref: 'coupon:1', name: 'x', opens: 'coupons', key: '' })).toEqual({ name: 'coupons' })
  expect(toOpen({ ref: 'x:1', name: 'x', opens: 'nowhere', key: '' })).toBeNull()
})
