import { describe, expect, it } from 'vitest'
import type { Goods } from '@/app/types'
import { formOf, inputOf } from './infoForm'

const goods = { kind: 'membership', title: '年卡会员', promise: '全站畅学', intro_html: '', pay_permille: 850, opens_all: true, rank: 2 } as Goods

describe('the page form of a product', () => {
  it('shows ‰ as 折 and saves it back', () => {
    expect(formOf(goods).discount).toBe('8.5')
    expect(inputOf(formOf(goods), 'membership')).toMatchObject({ input: { title: '年卡会员', pay_permille: 850, opens_all: true, rank: 2 } })
  })
  it('no discount is 1000 ‰', () => {
    expect(formOf({ ...goods, pay_permille: 1000 }).discount).toBe('')
    expect(inputOf({ ...formOf(goods), discount: ' ' }, 'membership')).toMatchObject({ input: { pay_permille: 1000 } })
  })
  it('names every wrong field, and asks no title of a lesson', () => {
    const out = inputOf({ ...formOf(goods), title: '', promise: '长'.repeat(121), discount: '85', rank: -1, position: 1.5 }, 'membership')
    expect('wrong' in out && Object.keys(out.wrong).sort()).toEqual(['pay_permille', 'position', 'promise', 'rank', 'title'])
    expect('input' in inputOf({ ...formOf(goods), title: '' }, 'lesson')).toBe(true)
  })
})
