import { expect, it } from 'vitest'
import { compared, monthText, stepMonth, stepWeek, weeks } from './month'

it('lays a month out by China\'s days, Monday first', () => {
  const now = Date.UTC(2026, 10, 19, 20) // the 20th in China
  const w = weeks('2026-11', [{ day: '2026-11-20', studied_ms: 20 * 60000 }, { day: '2026-11-02', studied_ms: 5000 }], now)
  expect(w).toHaveLength(6)
  expect(w[0].slice(0, 6)).toEqual([null, null, null, null, null, null])
  expect(w[0][6]).toMatchObject({ no: 1, level: 0 })
  expect(w[1][0]).toMatchObject({ day: '2026-11-02', minutes: 1, level: 1 })
  expect(w[3][4]).toMatchObject({ no: 20, today: true, minutes: 20, level: 2, later: false })
  expect(w[3][5]).toMatchObject({ later: true })
})

it('steps over the ends of years', () => {
  expect(stepMonth('2026-12', 1)).toBe('2027-01')
  expect(stepMonth('2026-01', -1)).toBe('2025-12')
  expect(stepWeek('2026-12-28', 1)).toBe('2027-01-04')
  expect(monthText('2026-01')).toBe('2026 年 1 月')
})

it('compares with what was counted', () => {
  expect(compared(60000, 0, true)).toBe('')
  expect(compared(600000, 60000, true)).toBe('比上周同期多 9 分钟')
  expect(compared(60000, 600000, false)).toBe('比前一周少 9 分钟')
  expect(compared(60000, 61000, false)).toBe('和前一周一样多')
})
