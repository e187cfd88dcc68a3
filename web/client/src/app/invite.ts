/** The code of who invited this visitor: kept for a week, so that looking around before signing up costs nobody anything. */
const KEY = 'zz_invite'
const WEEK = 7 * 24 * 3600 * 1000

/** Keeps a code that came with an address; the first one stays. */
export function keepInvite(code?: string, now = Date.now()): void {
  let from = code
  // #ifdef H5
  from ??= new URLSearchParams(window.location.search).get('invite') ?? undefined
  // #endif
  if (!from || !/^[0-9A-Za-z]{4,20}$/.test(from) || invitedBy(now)) return
  uni.setStorageSync(KEY, `${from}@${now + WEEK}`)
}

/** The kept code, undefined when there is none. */
export function invitedBy(now = Date.now()): string | undefined {
  const [code, until] = String(uni.getStorageSync(KEY) || '').split('@')
  return code && Number(until) > now ? code : undefined
}

export function forgetInvite(): void {
  uni.removeStorageSync(KEY)
}
