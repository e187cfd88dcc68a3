import { describe, expect, it } from 'vitest'
import type { Goods, Sku } from '@/app/types'
import { missing } from './missing'

const goods = (over: Partial<Goods>) =>
  ({ kind: 'bundle', promise: '学会', intro_html: '<p>1</p>', cover: 'k', pay_permille: 1000, opens_all: false, parts: [{ kind: 'course', ref_id: 1 }, { kind: 'course', ref_id: 2 }], skus: [{ active: true } as Sku], ...over }) as Goods
const musts = (g: Goods) => missing(g).filter((m) => m.must).map((m) => m.tab)

describe('missing', () => {
  it('finds nothing on a complete bundle', () => expect(missing(goods({}))).toEqual([]))
  it('needs an offer on sale, and a bundle its courses', () => {
    expect(musts(goods({ skus: [{ active: false } as Sku], parts: [] }))).toEqual(['sell', 'parts'])
  })
  it('needs any right of a membership', () => {
    const none = { kind: 'membership', parts: [] } as Partial<Goods>
    expect(musts(goods(none))).toEqual(['parts'])
    expect(musts(goods({ ...none, opens_all: true }))).toEqual([])
    expect(musts(goods({ ...none, pay_permille: 850 }))).toEqual([])
  })
  it('needs no parts of a service or a lesson', () => {
    expect(musts(goods({ kind: 'service', parts: [] }))).toEqual([])
    expect(missing(goods({ kind: 'lesson', parts: [], cover: '', intro_html: '' }))).toEqual([])
  })
})
