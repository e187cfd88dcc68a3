import { describe, expect, it } from 'vitest'
import { Watched } from './intervals'

function play(w: Watched, from: number, to: number, step = 250, rate = 1) {
  const done = []
  for (let p = from; p <= to; p += step) {
    const span = w.observe(p, rate)
    if (span) done.push(span)
  }
  return done
}

describe('watched stretches', () => {
  it('grow with the position and are handed out once', () => {
    const w = new Watched()
    expect(play(w, 5000, 9000)).toEqual([])
    expect(w.take()).toEqual({ from_ms: 5000, to_ms: 9000 })
    expect(w.take()).toBeNull()
    play(w, 9250, 10000)
    expect(w.take()).toEqual({ from_ms: 9000, to_ms: 10000 })
  })
  it('a jump forward reports only what was played', () => {
    const w = new Watched()
    play(w, 0, 2000)
    expect(w.jump(60_000)).toEqual({ from_ms: 0, to_ms: 2000 })
    play(w, 60_000, 61_000)
    expect(w.take()).toEqual({ from_ms: 60_000, to_ms: 61_000 })
  })
  it('notices a jump that was not announced, both ways', () => {
    const w = new Watched()
    play(w, 0, 1000)
    expect(w.observe(30_000, 1)).toEqual({ from_ms: 0, to_ms: 1000 })
    expect(w.observe(29_000, 1)).toBeNull()
    w.observe(29_500, 1)
    expect(w.take()).toEqual({ from_ms: 29_000, to_ms: 29_500 })
  })
  it('allows the longer steps of fast playing, not more', () => {
    const w = new Watched()
    w.observe(0, 2)
    expect(w.observe(3900, 2)).toBeNull()
    expect(w.take()).toEqual({ from_ms: 0, to_ms: 3900 })
    expect(w.observe(8000, 2)).toBeNull()
    expect(w.take()).toBeNull()
  })
  it('nothing played is nothing reported', () => {
    const w = new Watched()
    expect(w.take()).toBeNull()
    w.observe(4000, 1)
    expect(w.take()).toBeNull()
    expect(w.jump(9000)).toBeNull()
  })
})

describe('while the screen is locked', () => {
  it('a long silence is playing as far as the time can have been filled, and a jump beyond', () => {
    let now = 0
    const w = new Watched(() => now)
    w.observe(0, 1.5)
    now = 60_000
    expect(w.observe(90_000, 1.5)).toBeNull()
    expect(w.take()).toEqual({ from_ms: 0, to_ms: 90_000 })
    now = 70_000
    expect(w.observe(150_000, 1.5)).toBeNull()
    expect(w.take()).toBeNull()
  })
})
