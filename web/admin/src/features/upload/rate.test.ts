import { describe, expect, it } from 'vitest'
import { Rate } from './rate'

describe('Rate', () => {
  it('knows nothing until half a second has passed', () => {
    const r = new Rate()
    r.note(0, 0)
    r.note(400, 1000)
    expect(r.perSecond).toBe(0)
    expect(r.left(5000)).toBe(0)
  })
  it('gives speed and time left', () => {
    const r = new Rate()
    r.note(0, 0)
    r.note(1000, 2000)
    expect(r.perSecond).toBe(2000)
    expect(r.left(10_000)).toBe(4)
  })
  it('looks at the last seconds alone', () => {
    const r = new Rate(2000)
    r.note(0, 0)
    for (let t = 1; t <= 10; t++) r.note(t * 1000, 100_000 + t * 100)
    expect(Math.round(r.perSecond)).toBe(100)
  })
  it('starts anew after a pause', () => {
    const r = new Rate()
    r.note(0, 0)
    r.note(1000, 1000)
    r.reset()
    expect(r.perSecond).toBe(0)
  })
})
