import { describe, expect, it } from 'vitest'
import type { LiveMessage } from '@zhizhou/sdk'
import { countdown, KEPT, merged } from './talk'

const m = (id: number, more: Partial<LiveMessage> = {}): LiveMessage => ({ id, name: '小**', teacher: false, kind: 'chat', body: `${id}`, created_at: id, hidden: false, answered: false, ...more })

describe('what is said in a room', () => {
  it('holds each message once, in its newest form and in order', () => {
    const out = merged([m(1), m(3)], [m(2), m(3, { answered: true })])
    expect(out.map((x) => x.id)).toEqual([1, 2, 3])
    expect(out[2].answered).toBe(true)
  })
  it('drops what was taken down, and what is too long ago, but no question for the sake of chat', () => {
    expect(merged([m(1)], [m(1, { hidden: true })])).toEqual([])
    const many = merged([m(1, { kind: 'question' })], Array.from({ length: KEPT + 9 }, (_, i) => m(i + 2)))
    expect(many).toHaveLength(KEPT + 1)
    expect(many[0].id).toBe(1)
  })
})
it('counts down to the start', () => {
  expect(countdown(-5)).toBe('00:00:00')
  expect(countdown(61_000)).toBe('00:01:01')
  expect(countdown(90_061_000)).toBe('1 天 01:01:01')
})
