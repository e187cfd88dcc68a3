import { reactive } from 'vue'
import type { Session, User } from '@zhizhou/sdk'
// #ifdef H5
import { sentToStranger } from './first'
// #endif

const KEY = 'zz_token'

/** Who is signed in. `token` is used by the mini program only. `known` turns true once the server was asked. */
export const auth = reactive({
  user: null as User | null,
  token: '',
  known: false,

  /** Restores the mini program's token at start; a browser may have been told that there is nobody. */
  restore() {
    // #ifdef H5
    this.known = sentToStranger()
    // #endif
    // #ifndef H5
    this.token = String(uni.getStorageSync(KEY) || '')
    // #endif
  },
  /** Takes over a fresh session. */
  accept(s: Session) {
    this.user = s.user
    this.known = true
    // #ifndef H5
    this.token = s.token
    uni.setStorageSync(KEY, s.token)
    // #endif
  },
  /** Forgets the session on this device. */
  clear() {
    this.user = null
    this.known = true
    // #ifndef H5
    this.token = ''
    uni.removeStorageSync(KEY)
    // #endif
  },
})
