import { describe, expect, it } from 'vitest'
import type { Cue } from '@zhizhou/sdk'
import { lineAt, near, spoken } from './texts'

const cues: Cue[] = Array.from({ length: 1000 }, (_, n) => ({ from_ms: n * 1000, to_ms: n * 1000 + 900, text: `第 ${n} 句` }))

describe('the line that is spoken', () => {
  it('is the last one that has begun', () => {
    expect(lineAt(cues, -1)).toBe(-1)
    expect(lineAt(cues, 0)).toBe(0)
    expect(lineAt(cues, 1999)).toBe(1)
    expect(lineAt(cues, 5_000_000)).toBe(999)
    expect(lineAt([], 5)).toBe(-1)
  })
  it('is among those that are drawn, of however many', () => {
    for (const at of [-1, 0, 150, 399, 400, 777, 999]) {
      const shown = near(cues, at)
      expect(shown.length).toBeLessThanOrEqual(800)
      expect(shown.some((s) => s.n === Math.max(0, at))).toBe(true)
    }
    expect(near(cues.slice(0, 300), 299)).toHaveLength(300)
  })
  it('is nothing in a pause, and all who speak at once', () => {
    expect(spoken(cues, 950)).toBe('')
    expect(spoken([...cues.slice(0, 1), { from_ms: 0, to_ms: 500, text: '插话' }], 100)).toBe('第 0 句\n插话')
  })
})
