import { expect, it } from 'vitest'
import { each, found, parts, pp, rate, read, says, steps, verdict } from './words'

const loop = { learners: 200, cards: 100, shares: 50, visits: 125, joins: 10, buyers: 2, paid_fen: 5000 }
const none = { learners: 0, cards: 0, shares: 0, visits: 0, joins: 0, buyers: 0, paid_fen: 0 }

it('reads rates', () => {
  expect([rate(0.5), rate(0.034), rate(2.5), rate(1)]).toEqual(['50%', '3.4%', '2.50 倍', '1.00 倍'])
  expect([read({ key: 'k_users', known: true, rate: 0.05 }), read({ key: 'partner_cac', known: true, rate: 1234 }), read({ key: 'landing', known: true, rate: 0.3 }), read({ key: 'landing', known: false, rate: 0 })]).toEqual(['0.050', '¥12.34', '30.0%', '—'])
})

it('reads fractions of money in yuan', () => {
  expect([parts({ key: 'partner_cac', top: 2535, bottom: 1 }), parts({ key: 'partner_gmv', top: 16900, bottom: 1789000 }), parts({ key: 'landing', top: 3, bottom: 1200 })]).toEqual(['¥25.35 / 1', '¥169.00 / ¥17,890.00', '3 / 1,200'])
})

it('goes round the loop', () => {
  expect(steps(loop).map((s) => s.by)).toEqual(['', '50%', '50%', '2.50 倍', '8.0%', '20%'])
  expect(steps(none).map((s) => s.by)).toEqual(['', '—', '—', '—', '—', '—'])
})

it('says what happened', () => {
  expect(says({ loop, before: { ...loop, joins: 4 } })).toBe('50 次分享带来 125 次打开、10 位新学员，比前一段多 6 位。')
  expect(says({ loop: none, before: none })).toMatch(/还没有人分享/)
})

it('claims no more than an interval', () => {
  const c = { known: true, low: 0.01, high: 0.2, days: 7, with: '有证据卡', without: '还没有' }
  expect(found(c, 28)).toBe('「有证据卡」的更高，不像是偶然。')
  expect(found({ ...c, low: -0.2, high: -0.01 }, 28)).toMatch(/更低/)
  expect(found({ ...c, low: -0.01 }, 28)).toBe('区间里有 0：还看不出差别。')
  expect(found({ ...c, known: false }, 28)).toMatch(/要都有人/)
  expect(found({ ...c, days: 14 }, 7)).toBe('这段时间太短：每个人要看满 14 天。')
  expect([pp(0.1234), pp(-0.05), pp(0.0001), each(0.0514), each(-0.2)]).toEqual(['+12.3', '−5.0', '0.0', '+0.051', '−0.200'])
})

it('says what an experiment found', () => {
  const a = { known: true, certain: 0, wins: false }
  expect([verdict(a, true), verdict(a, false), verdict({ ...a, certain: 1 }, false), verdict({ ...a, certain: -1 }, false), verdict({ ...a, known: false }, false), verdict({ ...a, wins: true }, true)]).toEqual(['对照', '还看不出差别', '更好', '更差', '人数还不够', '胜出'])
})
