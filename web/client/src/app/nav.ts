import { href, pages, uniUrl, parsePlace, type Place, type PageName, type Params } from './routes'

// switchTab of the mini program carries no parameters: they wait here for the tab page.
const waiting: Partial<Record<PageName, Params>> = {}

/** Parameters left for a tab page by `go`; each set is handed out once. */
export function takeTabParams(name: PageName): Params | undefined {
  const params = waiting[name]
  delete waiting[name]
  return params
}

let moved = false
/** True once somebody went from one page to another since this document was opened; false after a reload or on the way back from elsewhere. */
export function hasMoved(): boolean {
  return moved
}

/** Opens a place; `replace` puts it in the stead of the current page. */
export function go(place: Place, replace = false): void {
  const url = uniUrl(place)
  moved = true
  if (pages[place.name].tab) {
    // #ifdef H5
    uni.reLaunch({ url })
    // #endif
    // #ifndef H5
    if (place.params) waiting[place.name] = place.params
    uni.switchTab({ url: pages[place.name].page })
    // #endif
    return
  }
  // A mini program keeps at most ten pages.
  if (replace || getCurrentPages().length >= 9) uni.redirectTo({ url })
  else uni.navigateTo({ url })
}

/** Writes the page's present choices into the address, so that a reload or a shared link shows the same. Browsers only. */
export function reflect(place: Place): void {
  // #ifdef H5
  window.history.replaceState(window.history.state, '', href(place))
  // #endif
}

/** Goes one page back, or to `fallback` when this page was opened directly. */
export function back(fallback: Place = { name: 'home' }): void {
  if (getCurrentPages().length > 1) uni.navigateBack({ delta: 1 })
  else if (pages[fallback.name].tab) go(fallback)
  else uni.redirectTo({ url: uniUrl(fallback) })
}

/** The full uni address of the page now shown. */
export function here(): string {
  const top = getCurrentPages().slice(-1)[0] as unknown as { $page?: { fullPath?: string }; route?: string } | undefined
  const path = top?.$page?.fullPath ?? top?.route ?? pages.home.page
  return path.startsWith('/') ? path : `/${path}`
}

/** Sends a visitor to sign in and brings them back afterwards. Does nothing when already there. */
export function goLogin(): void {
  const to = here()
  if (to.startsWith(pages.login.page)) return
  go({ name: 'login', params: { to } })
}

/** Follows the return address of the login page; only places of this client are accepted. */
export function goReturn(to: string | undefined): void {
  const place = to ? parsePlace(to) : null
  if (!place || place.name === 'login') return go({ name: 'home' })
  const before = getCurrentPages().slice(-2)[0] as unknown as { $page?: { fullPath?: string } } | undefined
  const prior = parsePlace(before?.$page?.fullPath ?? '')
  // The page that asked for the login still waits underneath: going back spares a second copy of it.
  if (prior && href(prior) === href(place)) uni.navigateBack({ delta: 1 })
  else go(place, true)
}
