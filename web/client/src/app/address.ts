import { parsePlace, toPretty, toUni, uniUrl } from './routes'

/**
 * Lets people see /course/7 while uni's router works with /features/course/CoursePage?id=7.
 * Must run before the app is created. Browsers only.
 */
export function installAddresses(): void {
  const { history, location } = window
  const push = history.pushState.bind(history)
  const replace = history.replaceState.bind(history)
  const shown = (url?: string | URL | null) => {
    if (url === undefined || url === null) return url
    const u = new URL(String(url), location.href)
    return u.origin === location.origin ? toPretty(u.pathname + u.search) + u.hash : url
  }
  const current = () => location.pathname + location.search
  const inner = () => replace(history.state, '', toUni(current()) + location.hash)
  const outer = () => replace(history.state, '', toPretty(current()) + location.hash)

  history.pushState = (state, unused, url) => push(state, unused, shown(url))
  history.replaceState = (state, unused, url) => replace(state, unused, shown(url))
  // Registered before the router's own listener, so that the router reads its own form of the address.
  window.addEventListener('popstate', () => {
    inner()
    setTimeout(outer)
  })
  // An address nobody knows leads to the page that says so.
  if (!parsePlace(current())) replace(history.state, '', uniUrl({ name: 'lost' }))
  inner()
  setTimeout(outer)
}
