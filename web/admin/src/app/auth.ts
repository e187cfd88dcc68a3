import { computed, shallowRef } from 'vue'
import { call } from './api'
import type { Me } from './types'

/** The signed-in member of staff, null when nobody is. */
export const me = shallowRef<Me | null>(null)
let asked: Promise<void> | null = null

/** Loads who is signed in, once per visit; a refusal means nobody. */
export function loadMe(): Promise<void> {
  asked ??= call('me').then(
    (m) => {
      me.value = m
    },
    () => {
      me.value = null
    },
  )
  return asked
}

/** Sets who is signed in after a sign-in or sign-out. */
export function setMe(m: Me | null) {
  me.value = m
  asked = Promise.resolve()
}

/** The second factor still stands between this member and the console. */
export const locked = computed(() => !!me.value && me.value.needs_mfa && !me.value.mfa)

/** Whether the member's role has a permission; pages hide what it has not. */
export const may = (permission: string) => me.value?.permissions.includes(permission) ?? false

/** Ends the session here and on the server. */
export async function signOut() {
  await call('logout').catch(() => undefined)
  setMe(null)
}
