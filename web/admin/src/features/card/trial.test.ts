import { expect, it } from 'vitest'
import { interval, rate, scale, verdict } from './trial'

it('says what is certain, and no more', () => {
  expect(interval({ lift: 0.021, low: 0.004, high: 0.038, known: true, certain: 1 })).toBe('比对照组每百人 +2.1 次注册，95% 区间 +0.4 至 +3.8：确定更好。')
  expect(interval({ lift: -0.01, low: -0.03, high: 0.01, known: true, certain: 0 })).toMatch(/−1\.0 .*还不能确定/)
  expect(interval({ lift: 0.5, low: 0, high: 0, known: false, certain: 0 })).toMatch(/人数还太少/)
})

it('names the winner', () => {
  const v = (label: string, certain: number, lift = 0, known = true) => ({ label, certain, lift, known })
  expect(verdict([v('现在的', 0), v('红', 1, 0.01), v('蓝', 1, 0.02)])).toBe('「蓝」确定比「现在的」带来更多注册。')
  expect(verdict([v('现在的', 0), v('红', -1), v('蓝', -1)])).toBe('「现在的」确定最好。')
  expect(verdict([v('现在的', 0), v('红', -1), v('蓝', 0)])).toBe('还看不出差别，可以继续跑。')
  expect(verdict([v('现在的', 0), v('红', 0, 0, false)])).toBe('人数还太少，先跑着。')
})

it('draws registrations per hundred people beside the best', () => {
  const all = [{ people: 200, joins: 10 }, { people: 100, joins: 10 }, { people: 0, joins: 0 }]
  expect(all.map(rate)).toEqual(['5.0', '10.0', '—'])
  expect(all.map((v) => scale(v, all))).toEqual([50, 100, 0])
  expect(scale(all[2], [all[2]])).toBe(0)
})
