import { ref, watch } from 'vue'
// #ifdef H5
import { onHide, onShow, onUnload } from '@dcloudio/uni-app'
import { menuForgets, menuSends, pagePicture } from '@/app/wechatMenu'
import { inWechat } from '@/app/platform'
// #endif
import type { ShareKind, ShareMenu } from '@zhizhou/sdk'
import { media, call } from '@/app/api'
import { auth } from '@/app/auth'
import { href, parsePlace, uniUrl, type Place } from '@/app/routes'
import { knowUser } from '@/app/session'
import { coded, shared } from '@/app/share'

/**
 * What WeChat's menu hands on of a page. `place` is where it leads without a code, and with one when the page is only a
 * part of what is shared, as a lesson is of its course; otherwise a code leads to the target's own page.
 */
export interface Offer { kind: ShareKind; id: number; title: string; place: Place; part?: boolean; image?: string }
type Way = ShareMenu['friend']

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
    if (!on || !shown.value || !m || !o) return
    const image = o.image || m.image_url
    const url = (way: Way) => (o.part ? window.location.origin + href(coded(o.place, way.code)) : way.url)
    void menuSends({ title: o.title, text: m.text, image: image ? new URL(media(image), window.location.href).href : pagePicture(), friend: url(m.friend), moments: url(m.moments) })
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
  const plain = () => { const o = offer(); return { title: o?.title ?? '一起学', path: uniUrl(o?.place ?? { name: 'home' }) } }
  const path = (way: Way) => {
    const o = offer()
    const to = o?.part ? coded(o.place, way.code) : parsePlace(way.path)
    return to ? uniUrl(to) : plain().path
  }

  /** The answer to onShareAppMessage; a button that hands on the page itself does so with the code. */
  function friend(options: unknown): { title: string; path: string } {
    const out = shared(options, plain())
    const way = ready.value?.friend
    if (!way || out.path !== plain().path) return out
    tell(way.code)
    return { title: out.title, path: path(way) }
  }
  /** The answer to onShareTimeline, which always leads to the page itself. */
  function moments(): { title: string; query: string } {
    const way = ready.value?.moments
    if (way) tell(way.code)
    return { title: plain().title, query: (way ? path(way) : plain().path).split('?')[1] ?? '' }
  }
  return { friend, moments }
}
