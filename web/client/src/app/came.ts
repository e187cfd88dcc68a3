import { call } from './api'

/**
 * How this visitor came: what was shared is opened with its code, and the browser tells so under a random name of its
 * own. Whoever signs in here later came by it. The name says nothing of the person, and is made anew after signing out.
 * Rewards that are given so many times on one device know it by a second name, which outlives that.
 */
const NAME = 'zz_visitor'
const OPENED = 'zz_came'
const DEVICE = 'zz_device'
const TOLD = 'zz_device_of'
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

function keep(key: string): string {
  const kept = String(uni.getStorageSync(key) || '')
  if (kept.length === 32) return kept
  const made = fresh()
  uni.setStorageSync(key, made)
  return made
}

/** What this browser calls itself while one person uses it. */
export const name = () => keep(NAME)

/** What this device calls itself, whoever uses it: told at each sign-in and with each reward. */
export const device = () => keep(DEVICE)

/** The device's name as long as the server has not heard it of who is signed in. */
export const untold = (userId: number) => (Number(uni.getStorageSync(TOLD) || 0) === userId ? undefined : device())

/** Once the server has heard it. */
export const deviceTold = (userId: number) => uni.setStorageSync(TOLD, userId)

/** The code in what the client was opened with: `s` in an address, the scene of a mini program code. */
export function codeOf(query: Record<string, string> | undefined): string {
  const code = query?.s ?? decodeURIComponent(query?.scene ?? '').replace(/^s=/, '')
  return /^[0-9A-Z]{10}$/.test(code) ? code : ''
}

let opened = ''
/** The code that this visit was opened with, "" for none. */
export const openedWith = () => opened

/** Tells that something shared was opened, and where it leads; a code that leads nowhere is no matter. */
export async function landed(query: Record<string, string> | undefined): Promise<string> {
  let code = codeOf(query)
  // #ifdef H5
  code ||= codeOf(Object.fromEntries(new URLSearchParams(window.location.search)))
  // #endif
  if (!code) return ''
  opened = code
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

/** After signing out another person may sit here; it stays the same device. */
export function forgetVisitor() {
  opened = ''
  uni.removeStorageSync(NAME)
  uni.removeStorageSync(OPENED)
}
