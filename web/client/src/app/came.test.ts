import { beforeEach, describe, expect, it } from 'vitest'
import { device, deviceTold, forgetVisitor, name, untold } from './came'

const store = new Map<string, unknown>()
;(globalThis as { uni?: unknown }).uni = {
  getStorageSync: (k: string) => store.get(k) ?? '',
  setStorageSync: (k: string, v: unknown) => store.set(k, v),
  removeStorageSync: (k: string) => store.delete(k),
}

describe('what a browser calls itself', () => {
  beforeEach(() => store.clear())
  it('is made anew for the next person, while the device stays the same', () => {
    const [was, on] = [name(), device()]
    expect(was).toMatch(/^[0-9a-f]{32}$/)
    expect(on).not.toBe(was)
    forgetVisitor()
    expect(name()).not.toBe(was)
    expect(device()).toBe(on)
  })
  it('is told of each person once', () => {
    expect(untold(1)).toBe(device())
    deviceTold(1)
    expect(untold(1)).toBeUndefined()
    expect(untold(2)).toBe(device())
    forgetVisitor()
    expect(untold(1)).toBeUndefined()
  })
})
