import { ref } from 'vue'
import { auth } from './auth'
import { call } from './api'

const FRESH_MS = 60_000

/** How many notices were not read; 100 stands for 100 and more. */
export const unread = ref(0)
let askedAt = 0

/** Counts what was not read, at most once a minute. A failure leaves the old number. */
export async function knowUnread(now = Date.now()): Promise<void> {
  if (!auth.user) {
    unread.value = 0
    askedAt = 0 // whoever signs in next is asked about at once
    return
  }
  if (now - askedAt < FRESH_MS) return
  askedAt = now
  await call('unreadNotices').then((n) => { unread.value = n.count }, () => undefined)
}

/** 3, or 99+ when there are many. */
export const unreadText = (n: number) => (n > 99 ? '99+' : String(n))
