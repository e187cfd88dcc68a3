import { ApiError } from '@zhizhou/sdk'
import { auth } from './auth'
import { call } from './api'
import { prefs } from './prefs'

let asking: Promise<void> | null = null

/** Asks once who is signed in; later calls share the answer. */
export function knowUser(): Promise<void> {
  if (auth.known) return Promise.resolve()
  asking ??= call('me')
    .then((user) => {
      auth.user = user
      auth.known = true
      if (user.large_type) prefs.setLarge(true)
    })
    .catch((e) => {
      if (e instanceof ApiError && e.status === 401) auth.clear()
    })
    .finally(() => { asking = null })
  return asking
}
