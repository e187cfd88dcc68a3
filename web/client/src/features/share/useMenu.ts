import { ref, watch } from 'vue'
// #ifdef H5
import { onHide, onShow, onUnload } from '@dcloudio/uni-app'
import { menuForgets, menuSends, pagePicture } from '@/app/wechatMenu'
import { inWechat } from '@/app/platform'
// #endif
import type { ShareKind, ShareMenu } from '@zhizhou/sdk'
import { media, call } from '@/app/api'
import { auth } from '@/app/auth'
import { parsePlace, uniUrl, type Place } from '@/app/routes'
import { knowUser } from '@/app/session'
import { shared } from '@/app/share'

/** What WeChat's menu hands on of a page; `place` is where it leads without a code. */
export interface Offer { kind: ShareKind; id: number; title: string; place: Place }

/**
 * WeChat's own menu on a page that can be shared. It is opened without a word to the page and asks for an answer at
 * once, so the codes of who is signed in stand ready before. In browsers such a code counts as a share when somebody
 * lands by it; the mini program hears of the act and tells it. Neither is ever rewarded.
 */
export function useMenu(offer: () => Offer | null) {
  const ready = ref<ShareMenu | null>(null)
  let on = true
  // #ifdef H5
  on = inWechat()
  // #endif
  const key = () => { const o = offer(); return on && o && auth.user ? `${auth.user.id} ${o.kind} ${o.id}` : '' }

  async function prepare() {
    const [o, was] = [offer(), key()]
    if (!o || !was) return
    const menu = await call('shareMenu', { body: { kind: o.kind, id: o.id } }).catch(() => null)
    if (key() === was) ready.value = menu
  }
  watch(key, () => {
    ready.value = null
    void prepare()
  }, { immediate: true })
  if (on) void knowUser()

  // #ifdef H5
  const shown = ref(true)
  const send = () => {
    const [m, o] = [ready.value, offer()]
    if (on && shown.value && m && o) void menuSends({ title: o.title, text: m.text, image: m.image_url ? new URL(media(m.image_url), window.location.href).href : pagePicture(), friend: m.friend.url, moments: m.moments.url })
  }
  watch(ready, send)
  const leave = () => {
    shown.value = false
    if (on) menuForgets()
  }
  onShow(() => {
    shown.value = true
    send()
  })
  onHide(leave)
  onUnload(leave)
  // #endif

  // The code is spent: the next act gets one of its own.
  const tell = (code: string) => { void call('shareUsed', { body: { code } }).then(prepare, () => {}) }
  const placed = (path: string) => { const to = parsePlace(path); return to ? uniUrl(to) : '' }
  const plain = () => { const o = offer(); return { title: o?.title ?? '一起学', path: uniUrl(o?.place ?? { name: 'home' }) } }

  /** The answer to onShareAppMessage. */
  function friend(options: unknown): { title: string; path: string } {
    const m = ready.value
    const out = shared(options, m ? { title: plain().title, path: placed(m.friend.path) } : plain())
    if (m && out.path === placed(m.friend.path)) tell(m.friend.code)
    return out
  }
  /** The answer to onShareTimeline, which always leads to the page itself. */
  function moments(): { title: string; query: string } {
    const m = ready.value
    if (m) tell(m.moments.code)
    const path = m ? placed(m.moments.path) : plain().path
    return { title: plain().title, query: path.split('?')[1] ?? '' }
  }
  return { friend, moments }
}
