import { call } from './api'

/**
 * How this visitor came: what was shared is opened with its code, and the browser tells so under a random name of its
 * own. Whoever signs in here later came by it. The name says nothing of the person, and is made anew after signing out.
 */
const NAME = 'zz_visitor'
const OPENED = 'zz_came'
const DEVICE = 'zz_device'
// As long as the server may count back; how long it does is its setting.
const WINDOW = 90 * 24 * 3600_000

function fresh(): string {
  const bytes = new Uint8Array(16)
  // #ifdef H5
  crypto.getRandomValues(bytes)
  // #endif
  // #ifndef H5
  bytes.forEach((_, n) => { bytes[n] = Math.floor(Math.random() * 256) })
  // #endif
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
}

function kept(as: string): string {
  const held = String(uni.getStorageSync(as) || '')
  if (held.length === 32) return held
  const made = fresh()
  uni.setStorageSync(as, made)
  return made
}

/** What this browser calls itself towards what it opens. */
export const name = () => kept(NAME)

/** What this device calls itself, whoever uses it: it outlives signing out, so that rewards for one device stay so. */
export const device = () => kept(DEVICE)

/** The code in what the client was opened with: `s` in an address, the scene of a mini program code. */
export function codeOf(query: Record<string, string> | undefined): string {
  const code = query?.s ?? decodeURIComponent(query?.scene ?? '').replace(/^s=/, '')
  return /^[0-9A-Z]{10}$/.test(code) ? code : ''
}

/** Tells that something shared was opened, and where it leads; a code that leads nowhere is no matter. */
export async function landed(query: Record<string, string> | undefined): Promise<string> {
  let code = codeOf(query)
  // #ifdef H5
  code ||= codeOf(Object.fromEntries(new URLSearchParams(window.location.search)))
  // #endif
  if (!code) return ''
  uni.setStorageSync(OPENED, Date.now())
  const to = await call('land', { body: { code, visitor: name() } }).catch(() => null)
  return to?.path ?? ''
}

/** The browser's name for who signs in, when anything shared was opened here lately. */
export function cameAs(now = Date.now()): string | undefined {
  const at = Number(uni.getStorageSync(OPENED) || 0)
  return at && now - at < WINDOW ? name() : undefined
}

/** Once the server knows who it was. */
export const told = () => uni.removeStorageSync(OPENED)

/** After signing out another person may sit here. */
export function forgetVisitor() {
  uni.removeStorageSync(NAME)
  uni.removeStorageSync(OPENED)
}
