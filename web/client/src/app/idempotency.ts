/** A random UUID v4; falls back to Math.random where no crypto is offered (older mini program bases). */
export function uuid(): string {
  const c = (globalThis as { crypto?: Crypto }).crypto
  if (c?.randomUUID) return c.randomUUID()
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (ch) => {
    const r = c?.getRandomValues ? c.getRandomValues(new Uint8Array(1))[0] & 15 : Math.floor(Math.random() * 16)
    return (ch === 'x' ? r : (r & 3) | 8).toString(16)
  })
}

/** Where keys outlive a reload. */
export interface KeyStore { get(name: string): string; set(name: string, value: string): void; remove(name: string): void }

const deviceStore: KeyStore = {
  get: (n) => String(uni.getStorageSync(n) || ''),
  set: (n, v) => uni.setStorageSync(n, v),
  remove: (n) => uni.removeStorageSync(n),
}

/**
 * Runs a money-making request under a key that stays the same until it succeeds, so that a retry after a lost
 * answer is recognised by the server. `intent` names what the person wants (e.g. `order:<quote token>`).
 * A definite refusal (4xx other than 429) frees the key: the next try is a new wish.
 */
export async function withKey<T>(intent: string, send: (key: string) => Promise<T>, store: KeyStore = deviceStore): Promise<T> {
  const name = `zz_idem:${intent}`
  let key = store.get(name)
  if (!key) {
    key = uuid()
    store.set(name, key)
  }
  try {
    const result = await send(key)
    store.remove(name)
    return result
  } catch (e) {
    const status = (e as { status?: number }).status ?? 0
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) store.remove(name)
    throw e
  }
}
