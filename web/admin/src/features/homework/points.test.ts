import { describe, expect, it } from 'vitest'
import { sumOf, wrongPoints } from './points'

const rubric = [{ points: 20 }, { points: 30 }, { points: 25 }]

describe('points of a homework', () => {
  it('says which cannot stand', () => {
    expect(['', 0, 20].map((p) => wrongPoints(p as number | '', 20))).toEqual(['', '', ''])
    expect([25, -3, 1.5].map((p) => wrongPoints(p, 20))).toEqual(Array(3).fill('填 0 到 20 的整数'))
  })
  it('adds up only what can stand', () => {
    expect(sumOf([20, '', 5], rubric)).toBe(25)
    expect(sumOf([25, 3, 5], rubric)).toBeNull()
    expect(sumOf([20, 1.5, 5], rubric)).toBeNull()
  })
})
