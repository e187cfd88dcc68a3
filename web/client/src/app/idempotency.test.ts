import { describe, expect, it } from 'vitest'
import { ApiError } from '@zhizhou/sdk'
import { uuid, withKey, type KeyStore } from './idempotency'

function memory(): KeyStore & { map: Map<string, string> } {
  const map = new Map<string, string>()
  return { map, get: (n) => map.get(n) ?? '', set: (n, v) => { map.set(n, v) }, remove: (n) => { map.delete(n) } }
}

describe('idempotency keys', () => {
  it('are version 4 UUIDs and differ', () => {
    expect(uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(uuid()).not.toBe(uuid())
  })
  it.each([0, 408, 429, 500, 503])('stay the same after an answer of %d', async (status) => {
    const store = memory()
    const keys: string[] = []
    const fail = async (key: string) => { keys.push(key); throw new ApiError(status, 'x', 'x') }
    await expect(withKey('order:q1', fail, store)).rejects.toThrow()
    await expect(withKey('order:q1', fail, store)).rejects.toThrow()
    expect(keys[0]).toBe(keys[1])
    await withKey('order:q1', async (key) => { keys.push(key) }, store)
    expect(keys[2]).toBe(keys[0])
  })
  it('are new after success', async () => {
    const store = memory()
    const first = await withKey('pay:1', async (key) => key, store)
    expect(store.map.size).toBe(0)
    expect(await withKey('pay:1', async (key) => key, store)).not.toBe(first)
  })
  it.each([401, 409, 422])('are new after a definite refusal of %d', async (status) => {
    const store = memory()
    let first = ''
    await expect(withKey('pay:1', async (key) => { first = key; throw new ApiError(status, 'x', 'x') }, store)).rejects.toThrow()
    expect(await withKey('pay:1', async (key) => key, store)).not.toBe(first)
  })
  it('belong to one wish', async () => {
    const store = memory()
    const fail = async (): Promise<string> => { throw new ApiError(0, 'network', 'x') }
    await expect(withKey('order:a', fail, store)).rejects.toThrow()
    const a = store.map.get('zz_idem:order:a')
    expect(await withKey('order:b', async (key) => key, store)).not.toBe(a)
    expect(store.map.get('zz_idem:order:a')).toBe(a)
  })
})
