import { describe, expect, it } from 'vitest'
import { fen } from './payout'

describe('an amount as it is typed', () => {
  it('is read in fen without rounding', () => {
    expect([fen('1'), fen('1.5'), fen(' 0.01 '), fen('1234567.89')]).toEqual([100, 150, 1, 123456789])
  })
  it('is refused when it is none', () => {
    for (const bad of ['', '.5', '1.', '1.234', '-1', '1e3', '12345678', '１']) expect(fen(bad)).toBeNull()
  })
})
