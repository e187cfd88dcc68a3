import { beforeEach, describe, expect, it } from 'vitest'
import { forgetInvite, invitedBy, keepInvite } from './invite'

const store = new Map<string, string>()
;(globalThis as { uni?: unknown }).uni = {
  getStorageSync: (k: string) => store.get(k) ?? '',
  setStorageSync: (k: string, v: string) => store.set(k, v),
  removeStorageSync: (k: string) => store.delete(k),
}

describe('the code of who invited', () => {
  beforeEach(() => store.clear())
  it('keeps the first one for a week', () => {
    keepInvite('ABCD2345', 0)
    keepInvite('ZZZZ9999', 1)
    expect(invitedBy(6 * 86_400_000)).toBe('ABCD2345')
    expect(invitedBy(8 * 86_400_000)).toBeUndefined()
  })
  it('takes nothing that cannot be a code', () => {
    keepInvite('<script>', 0)
    keepInvite('', 0)
    expect(invitedBy(1)).toBeUndefined()
  })
  it('forgets', () => {
    keepInvite('ABCD2345', 0)
    forgetInvite()
    expect(invitedBy(1)).toBeUndefined()
  })
})
