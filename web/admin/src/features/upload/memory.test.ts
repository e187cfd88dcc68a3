import { beforeEach, describe, expect, it, vi } from 'vitest'
import { forget, pending, remember } from './memory'

beforeEach(() => {
  const store = new Map<string, string>()
  vi.stubGlobal('localStorage', { getItem: (k: string) => store.get(k) ?? null, setItem: (k: string, v: string) => store.set(k, v), removeItem: (k: string) => store.delete(k) })
})

describe('pending uploads', () => {
  it('are remembered by lesson, for a day', () => {
    remember(7, { name: 'a.mp4', size: 5 }, 1000)
    expect(pending(7, 2000)).toEqual({ name: 'a.mp4', bytes: 5, at: 1000 })
    expect(pending(8, 2000)).toBeNull()
    expect(pending(7, 1000 + 24 * 3600 * 1000)).toBeNull()
  })
  it('are forgotten when done', () => {
    remember(7, { name: 'a.mp4', size: 5 }, 1000)
    forget(7)
    expect(pending(7, 1001)).toBeNull()
  })
  it('cost nothing when the store is closed', () => {
    vi.stubGlobal('localStorage', undefined)
    remember(7, { name: 'a.mp4', size: 5 })
    expect(pending(7)).toBeNull()
  })
})
