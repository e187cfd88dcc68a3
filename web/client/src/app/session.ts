import { ApiError } from '@zhizhou/sdk'
import { auth } from './auth'
import { call } from './api'
import { cameAs, deviceTold, told, untold } from './came'
import { forgetInvite, invitedBy } from './invite'
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
      tellInviter()
      tellVisitor()
    })
    .catch((e) => {
      if (e instanceof ApiError && e.status === 401) auth.clear()
    })
    .finally(() => { asking = null })
  return asking
}

/** Back from signing in at WeChat the code travels by itself. One that does not count is no matter. */
function tellInviter() {
  const code = invitedBy()
  if (!code) return
  call('joinInviter', { body: { code } }).then(forgetInvite, (e) => {
    if (e instanceof ApiError && e.status >= 400 && e.status < 500) forgetInvite()
  })
}

/** The same of what was opened here: signing in by SMS or in the mini program told it at once. */
export function tellVisitor() {
  const user = auth.user
  const [visitor, device] = [cameAs(), user ? untold(user.id) : undefined]
  if (!user || (!visitor && !device)) return
  call('tieVisitor', { body: { visitor, device } }).then(() => {
    told()
    deviceTold(user.id)
  }, () => undefined)
}
