import { expect, test } from 'vitest'
import { bars, permille, rate, scale, shortDay } from './words'

const day = (n: number, held = 0, free = 0) => ({ day: 20261100 + n, visits: 0, joins: 0, orders: 0, held_fen: held, free_fen: free })

test('figures as people read them', () => {
  expect([permille(42), permille(0), permille(1000)]).toEqual(['4.2%', '0%', '100%'])
  expect([rate(1250), rate(2000), rate(1)]).toEqual(['12.5%', '20%', '0.01%'])
  expect(shortDay(20261105)).toBe('11/05')
})
test('the scale is never below what it must show, and not far above', () => {
  for (const most of [0, 1, 999, 1001, 4999, 23840, 999_999]) {
    const top = scale(most)
    expect(top).toBeGreaterThanOrEqual(most)
    if (most > 1000) expect(top).toBeLessThan(most * 2.6)
  }
})
test('bars keep every fen', () => {
  const few = bars([day(1, 500, 0), day(2, 0, 1000)])
  expect(few.each).toBe(1)
  expect(few.list.map((b) => b.fen)).toEqual([500, 1000])
  expect(few.list[1].free).toBe(100)
  const many = bars(Array.from({ length: 90 }, (_, n) => day(n, 10, 5)))
  expect(many.list.length).toBe(45)
  expect(many.list.reduce((sum, b) => sum + b.fen, 0)).toBe(90 * 15)
})
