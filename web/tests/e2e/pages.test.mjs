// Every main page on a phone and on a desktop: it opens, axe has no serious finding, nothing is wider than the window,
// no script fails and nothing is fetched from elsewhere. Pictures are kept.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isSound, launch, looksSound, openWindow, picture, sizes, step } from './browser.mjs'
import { signInToConsole } from './console.mjs'
import { signInBySMS } from './learner.mjs'
import { startServer } from './server.mjs'

let server, browser
before(async () => {
  server = await startServer('e2e-pages')
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

/** Opens an address, waits for `ready` and looks at the page. */
const look = (win, name, address, ready) => step(win, name, async () => {
  await win.page.goto(address)
  await ready(win.page).locator('visible=true').first().waitFor()
  await win.page.waitForLoadState('networkidle')
  await looksSound(win, name)
})
const text = (t) => (page) => page.getByText(t)
const heading = (name) => (page) => page.getByRole('heading', { name })

for (const size of Object.keys(sizes)) {
  test(`the learner's pages on a ${size}`, async () => {
    const win = await openWindow(browser, server.base, size)
    const { items } = await (await fetch(`${server.base}/api/courses?limit=50`)).json()
    const sold = items.find((c) => c.price_fen > 0)
    await look(win, 'home', '/', (page) => page.getByRole('link', { name: new RegExp(sold.title) }))
    await look(win, 'courses', '/courses', text(sold.title))
    await look(win, 'search', `/search?q=${encodeURIComponent(sold.title.slice(0, 2))}`, text(sold.title.slice(0, 2)))
    await look(win, 'course-demo', `/course/${sold.id}`, heading(sold.title))
    await look(win, 'agreement', '/agreement/privacy_policy', text('隐私'))
    await look(win, 'lost', '/no/such/page', text(/没有|找不到/))
    await step(win, 'sign-in', async () => {
      await win.page.goto('/login')
      await signInBySMS(win, server.base, `1390000001${Object.keys(sizes).indexOf(size) + 1}`)
      await win.page.waitForURL((u) => !u.pathname.startsWith('/login'))
    })
    await look(win, 'learning', '/learning', text('学习'))
    await look(win, 'orders', '/orders', text('订单'))
    await look(win, 'me', '/me', text(/139\*+001/))
    await look(win, 'profile', '/me/profile', text('昵称'))
    await look(win, 'security', '/me/security', text('密码'))
    await look(win, 'devices', '/me/devices', text('登录设备'))
    await look(win, 'consents', '/me/agreements', text('协议'))
    await step(win, 'large type and dark', async () => {
      await win.page.emulateMedia({ colorScheme: 'dark' })
      await win.page.goto(`/course/${sold.id}`)
      await heading(sold.title)(win.page).locator('visible=true').first().waitFor()
      await looksSound(win, 'course-dark')
    })
    isSound(win)
    await win.context.close()
  })
}

test('what the server writes first stands where the client shows the same, and gives way to it', async () => {
  const { items } = await (await fetch(`${server.base}/api/courses?limit=50`)).json()
  const column = await (await fetch(`${server.base}/api/courses/${items.find((c) => c.form === 'column').id}`)).json()
  const letter = column.chapters.flatMap((c) => c.lessons).find((l) => l.is_free && l.form === 'article')
  const places = {
    '/': ['.hero .cover', '.hero-t', '.chips', '.crow:nth-child(2) .h3', '.tabbar'],
    [`/course/${items.find((c) => c.price_fen > 0).id}`]: ['.cov .cover', '.intro-t', '.intro-s', '.ctags'],
    [`/learn/${letter.id}`]: ['.lesson-t h1', '.prose p:first-child', '.prose > :last-child'],
    [`/search?q=${encodeURIComponent('写作')}`]: ['.find .input', '.sfil .tab', '.crow:nth-child(1) .cover', '.crow:nth-child(2) .h3', '.crow:nth-child(3) .crow-meta'],
  }
  for (const size of Object.keys(sizes)) {
    const plain = await browser.newContext({ baseURL: server.base, javaScriptEnabled: false, ...sizes[size] })
    const first = await plain.newPage()
    const win = await openWindow(browser, server.base, size)
    for (const [address, parts] of Object.entries(places)) {
      const where = (page, within) => Promise.all(parts.map(async (p) => JSON.stringify(await page.locator(`${within} ${p}`).first().boundingBox())))
      await first.goto(address)
      await win.page.goto(address)
      await win.page.locator(`#app ${parts[1]}`).first().waitFor()
      await win.page.locator('#first').waitFor({ state: 'detached' })
      await win.page.waitForLoadState('networkidle')
      assert.deepEqual(await where(first, '#first'), await where(win.page, '#app'), `${size} ${address}: ${parts}`)
      assert.ok(!win.traffic.some((t) => t.status >= 400), `nothing is refused: ${JSON.stringify(win.traffic.filter((t) => t.status >= 400))}`)
    }
    isSound(win)
    await win.context.close()
    await plain.close()
  }
})

test("the console's pages on a desktop, the lists also on a phone", async () => {
  const win = await openWindow(browser, server.base, 'desktop')
  await step(win, 'sign-in', () => signInToConsole(win, 'owner', server.passwords.owner))
  const main = (page) => page.locator('main').getByRole('heading')
  const pages = { overview: '/admin/overview', courses: '/admin/courses', library: '/admin/library?state=failed', instructors: '/admin/instructors', categories: '/admin/categories', banners: '/admin/banners', bundles: '/admin/goods/bundle', memberships: '/admin/goods/membership', services: '/admin/goods/service', 'lessons-alone': '/admin/goods/lesson', promotions: '/admin/promotions', 'promotions-month': '/admin/promotions/calendar', coupons: '/admin/coupons', codes: '/admin/codes', price: '/admin/price', orders: '/admin/orders', refunds: '/admin/refunds', users: '/admin/users', staff: '/admin/staff', audit: '/admin/audit', 'settings-shop': '/admin/settings/shop', 'settings-wechat': '/admin/settings/wechat', 'settings-payment': '/admin/settings/payment', 'settings-talk': '/admin/settings/talk', account: '/admin/account' }
  for (const [name, address] of Object.entries(pages)) await look(win, `console-${name}`, address, main)
  await step(win, 'a setting that is refused is marked, and is not lost by another tab', async () => {
    const { page } = win
    await page.goto('/admin/settings/share')
    const days = page.getByLabel('打开后多少天内算数')
    await days.fill('0')
    await page.getByRole('button', { name: '保存设置' }).click()
    await page.getByText('不能小于 1').waitFor()
    await looksSound(win, 'console-setting-refused')
    await page.getByRole('link', { name: '签到', exact: true }).or(page.getByRole('tab', { name: '签到', exact: true })).click()
    await page.getByRole('button', { name: '留在这里' }).click()
    assert.equal(await days.inputValue(), '0')
    await page.getByRole('link', { name: '签到', exact: true }).or(page.getByRole('tab', { name: '签到', exact: true })).click()
    await page.getByRole('button', { name: '放弃改动，离开' }).click()
    await page.getByLabel('每天得多少积分').waitFor()
  })
  await win.page.setViewportSize(sizes.phone.viewport)
  for (const name of ['overview', 'orders', 'refunds', 'courses', 'bundles', 'promotions', 'promotions-month', 'coupons', 'codes', 'price']) {
    await step(win, `${name} on a narrow window`, async () => {
      await win.page.goto(pages[name])
      await main(win.page).locator('visible=true').first().waitFor()
      await win.page.waitForLoadState('networkidle')
      await looksSound(win, `console-${name}-narrow`)
    })
  }
  isSound(win)
  await win.context.close()
})

test('the sandbox panel', async () => {
  const win = await openWindow(browser, server.base, 'desktop')
  await win.page.goto('/sandbox/')
  await win.page.getByRole('heading').first().waitFor()
  await picture(win, 'sandbox')
  isSound(win)
  await win.context.close()
})
