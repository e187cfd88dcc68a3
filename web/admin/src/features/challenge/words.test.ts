import { describe, expect, it } from 'vitest'
import { dateOf, dayOf, freshPlan, spanOf } from './words'

describe('classes in words', () => {
  it('keeps days what they are', () => {
    expect(dateOf(20261102)).toBe('2026-11-02')
    expect(dayOf('2026-11-02')).toBe(20261102)
    expect([dateOf(0), dayOf('')]).toEqual(['', 0])
    expect(spanOf({ mode: 'dates', starts_on: 20261102, ends_on: 20261129, plan: freshPlan() })).toBe('2026-11-02 至 2026-11-29')
    expect(spanOf({ mode: 'rolling', starts_on: 0, ends_on: 0, plan: freshPlan() })).toBe('28 天，随到随学')
  })
  it('begins with milestones that can be reached', () => {
    for (const days of [7, 14, 28]) expect(freshPlan(days).marks.every((m) => m.need >= 1 && m.need <= m.day && m.day <= days)).toBe(true)
  })
})
