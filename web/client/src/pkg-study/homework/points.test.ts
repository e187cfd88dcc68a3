import { describe, expect, it } from 'vitest'
import { pointsProblem } from './points'

describe('points that somebody typed', () => {
  it('are whole and within what the row gives', () => {
    expect(pointsProblem(' 30', 30)).toBe('')
    expect(pointsProblem('0', 30)).toBe('')
    for (const t of ['31', '-1', '1.5', '1e1', '三']) expect(pointsProblem(t, 30)).toContain('0 到 30')
    expect(pointsProblem(' ', 30)).toBe('请打分')
  })
})
