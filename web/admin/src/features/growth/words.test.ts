import { expect, it } from 'vitest'
import { rate, read, says, steps } from './words'

const loop = { learners: 200, cards: 100, shares: 50, visits: 125, joins: 10, buyers: 2, paid_fen: 5000 }
const none = { learners: 0, cards: 0, shares: 0, visits: 0, joins: 0, buyers: 0, paid_fen: 0 }

it('reads rates', () => {
  expect([rate(0.5), rate(0.034), rate(2.5), rate(1)]).toEqual(['50%', '3.4%', '2.50 倍', '1.00 倍'])
  expect([read({ key: 'k_users', known: true, rate: 0.05 }), read({ key: 'partner_cac', known: true, rate: 1234 }), read({ key: 'landing', known: true, rate: 0.3 }), read({ key: 'landing', known: false, rate: 0 })]).toEqual(['0.050', '¥12.34', '30.0%', '—'])
})

it('goes round the loop', () => {
  expect(steps(loop).map((s) => s.by)).toEqual(['', '50%', '50%', '2.50 倍', '8.0%', '20%'])
  expect(steps(none).map((s) => s.by)).toEqual(['', '—', '—', '—', '—', '—'])
})

it('says what happened', () => {
  expect(says({ loop, before: { ...loop, joins: 4 } })).toBe('50 次分享带来 125 次打开、10 位新学员，比前一段多 6 位。')
  expect(says({ loop: none, before: none })).toMatch(/还没有人分享/)
})
