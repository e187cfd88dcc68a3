import { describe, expect, it } from 'vitest'
import type { Bill } from '@/app/types'
import { chinaDay } from '@/app/format'
import { dayNumber, dayText, differing, findBill, found } from './bill'

const bill = (over: Partial<Bill>) => ({ day: 20261120, missing_ours: 0, missing_theirs: 0, amount_differs: 0, state_differs: 0, matched: 0, ...over }) as Bill

describe('bills', () => {
  it('count what does not match by class, and leave out what does', () => {
    const b = bill({ matched: 40, missing_ours: 2, state_differs: 1 })
    expect(differing(b)).toBe(3)
    expect(found(b).map((c) => [c.label, c.n])).toEqual([['我方缺失', 2], ['状态不同', 1]])
  })
  it('write days both ways', () => {
    expect(dayText(20261120)).toBe('2026-11-20')
    expect(dayNumber('2026-11-20')).toBe(20261120)
    expect(dayNumber('')).toBe(0)
    expect(dayNumber('2026-1-2')).toBe(0)
  })
  it('count days by the clock of China', () => {
    const lateUTC = Date.UTC(2026, 10, 20, 16, 30) // 00:30 of the 21st there
    expect(chinaDay(lateUTC)).toBe('2026-11-21')
    expect(chinaDay(lateUTC, 1)).toBe('2026-11-20')
    expect(chinaDay(Date.UTC(2026, 2, 1, 0), 1)).toBe('2026-02-28')
  })
})

describe('finding a day', () => {
  const pages = [
    { items: [bill({ day: 20261120 }), bill({ day: 20261119 })], next_cursor: 'b' },
    { items: [bill({ day: 20261117 }), bill({ day: 20261116 })], next_cursor: 'c' },
  ]
  const asked: string[] = []
  const load = async (cursor: string) => {
    asked.push(cursor)
    return pages[cursor === 'b' ? 1 : 0]
  }
  it('goes on until it is there', async () => expect((await findBill(20261117, load))?.day).toBe(20261117))
  it('stops where older days begin', async () => {
    asked.length = 0
    expect(await findBill(20261118, load)).toBeNull()
    expect(asked).toEqual(['', 'b'])
  })
})
