import { call } from './api'

/** What WeChat's own menu sends of the page on screen, in its browser. */
export interface Sent { title: string; text: string; image: string; friend: string; moments: string }
type Wx = typeof import('weixin-js-sdk').default

const bare = (url: string) => url.split('#')[0]
let wx: Wx | null = null
let signed = ''
let latest: Sent | null = null

// WeChat on iOS checks the address that was opened first, elsewhere the one on screen.
function address(): string {
  const first = performance.getEntriesByType('navigation')[0]?.name
  return bare(/iPhone|iPad/.test(navigator.userAgent) && first ? first : window.location.href)
}

/** Starts WeChat's JS-SDK for the page on screen; false where there is no official account or WeChat does not answer. */
async function start(): Promise<boolean> {
  const url = address()
  if (wx && signed === url) return true
  try {
    const [page, sdk] = await Promise.all([call('wechatPage', { query: { url } }), wx ?? import('weixin-js-sdk').then((m) => m.default)])
    wx = sdk
    signed = url
    sdk.config({ appId: page.app_id, timestamp: page.timestamp, nonceStr: page.nonce, signature: page.signature, jsApiList: ['updateAppMessageShareData', 'updateTimelineShareData'] })
    return true
  } catch {
    return false
  }
}

/** Settles what WeChat's menu sends from now on. WeChat never tells whether anybody used it. */
export async function menuSends(sent: Sent): Promise<void> {
  latest = sent
  if (!(await start()) || !wx || latest !== sent) return
  const sdk = wx
  const set = (tries: number) => {
    // A page whose address is just being checked is refused for a moment.
    const fail = () => { if (tries > 1 && latest === sent) setTimeout(() => set(tries - 1), 600) }
    sdk.updateAppMessageShareData({ title: sent.title, desc: sent.text, link: sent.friend, imgUrl: sent.image, success: () => {}, fail })
    sdk.updateTimelineShareData({ title: sent.title, link: sent.moments, imgUrl: sent.image, success: () => {}, fail: () => {} })
  }
  sdk.ready(() => set(3))
}

/** What the page itself says of its picture, for what has none of its own. */
export const pagePicture = () => document.querySelector<HTMLMetaElement>('meta[property="og:image"]')?.content ?? ''

/** The page left the screen: what its menu sent must not go out from the next one. */
export function menuForgets(): void {
  latest = null
  // The next page's address is there a moment later.
  setTimeout(() => {
    const here = bare(window.location.href)
    if (wx && !latest) void menuSends({ title: document.title, text: '', image: pagePicture(), friend: here, moments: here })
  }, 0)
}
