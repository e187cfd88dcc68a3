import { describe, expect, it } from 'vitest'
import type { QuizPoint } from '@zhizhou/sdk'
import { reached } from './usePoints'

const point = (id: number, at_ms: number, answered = false) => ({ id, at_ms, answered, correct: false }) as QuizPoint
const points = [point(1, 5000), point(2, 9000, true), point(3, 12_000)]

describe('reached', () => {
  it('finds the point that was just passed, once', () => {
    expect(reached(points, new Set(), 4800, 5050)?.id).toBe(1)
    expect(reached(points, new Set([1]), 4800, 5050)).toBeUndefined()
    expect(reached(points, new Set(), 5050, 5300)).toBeUndefined()
  })
  it('asks nothing that was answered, jumped over or left behind', () => {
    expect(reached(points, new Set(), 8900, 9100)).toBeUndefined()
    expect(reached(points, new Set(), 1000, 11_900)).toBeUndefined()
    expect(reached(points, new Set(), 12_500, 11_000)).toBeUndefined()
  })
})
