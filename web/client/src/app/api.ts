import { createCall, ApiError, type Args, type Operations, type Result } from '@zhizhou/sdk'
import { auth } from './auth'
import { askConsent } from './consent'
import { goLogin } from './nav'
import { fetchTransport, uniTransport } from './transport'
import { clientHeaders } from './platform'

/** Origin of the server; empty in browsers, where the page and the API share one. */
export const base = import.meta.env.VITE_API_BASE ?? ''

let transport = uniTransport
// #ifdef H5
transport = fetchTransport
// #endif

const raw = createCall({
  base,
  transport,
  headers: () => ({ ...clientHeaders(), ...(auth.token ? { Authorization: `Bearer ${auth.token}` } : {}) }),
})

// A 401 here is an answer about the credentials or a quiet probe, not a reason to leave the page.
const stays = new Set<keyof Operations>(['me', 'loginSms', 'loginPassword', 'loginMp', 'courseMine', 'logout', 'beat', 'endPlay', 'read', 'readPages', 'readChapter', 'liveBeat'])

// Who signs in has the agreements on the page already.
const signsIn = new Set<keyof Operations>(['sendSms', 'loginSms', 'loginPassword', 'loginMp'])
const due = async () => (await raw('consentsDue')).items

/**
 * Calls the server. A 401 signs out locally and opens the login page, which leads back here. When agreements became due
 * in the meantime, they are shown at once, and after consent the same call goes out again.
 */
export async function call<K extends keyof Operations>(op: K, args?: Args<K>): Promise<Result<K>> {
  try {
    return await raw(op, args)
  } catch (e) {
    if (e instanceof ApiError && e.status === 401 && !stays.has(op)) {
      auth.clear()
      goLogin()
    }
    if (e instanceof ApiError && e.code === 'consent_required' && !signsIn.has(op) && (await askConsent(due).catch(() => false))) return raw(op, args)
    throw e
  }
}

/** Turns a server path (picture, playlist) into an address this platform can open. */
export function media(path: string): string {
  return path.startsWith('/') && !path.startsWith('/static/') ? base + path : path
}

/** The address of a line that stays open, from its path. */
export function line(path: string): string {
  let origin: string = base
  // #ifdef H5
  origin = base || location.origin
  // #endif
  return origin.replace(/^http/, 'ws') + path
}

/** True when the address names nothing: it is not there, or could never be (a mistyped number). */
export function isGone(e: unknown): boolean {
  return e instanceof ApiError && (e.status === 404 || (e.status === 422 && Object.keys(e.fields).some((f) => f.startsWith('path.'))))
}

/** True for a decision of the shop: what was asked for cannot be had, and asking again does not help. */
export function isRefusal(e: unknown): boolean {
  return e instanceof ApiError && e.status >= 400 && e.status < 500 && ![401, 408, 425, 429].includes(e.status)
}

/** The text to show for anything thrown. */
export function say(e: unknown): string {
  if (!(e instanceof ApiError)) return '出了点问题，请稍后再试。'
  return e.status === 429 && e.retryAfterS > 60 ? `${e.message}（约 ${Math.ceil(e.retryAfterS / 60)} 分钟后）` : e.message
}
