// From a milestone to the next learner, on the built binary and in a real browser: a lesson is finished and makes a card, the
// card is shared, a stranger checks it and signs up, and the one who shared sees who came.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, looksSound, openWindow, step } from './browser.mjs'
import { asking, readFirst, signInBySMS } from './learner.mjs'
import { startServer, until } from './server.mjs'
import { asStaff } from './staff.mjs'

let server, browser, course
before(async () => {
  server = await startServer('e2e-share')
  browser = await launch()
  const ask = await asStaff(server.base, 'operator', server.passwords.operator)
  const { id } = (await ask('GET', 'courses')).items.find((c) => c.title === '从一碗米饭开始')
  course = await (await fetch(`${server.base}/api/courses/${id}`)).json()
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

test('what was learned is shown, shared and checked, and brings somebody', async () => {
  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win
  const api = asking(win, server.base)
  await step(win, 'before anything was learned there is no card', async () => {
    await page.goto('/login')
    await signInBySMS(win, server.base, '13900000291')
    await until(async () => (await win.context.request.get('/api/me')).status() === 200, 'the learner to be signed in')
    await page.goto('/me/cards')
    await page.getByText('还没有学习证据卡').waitFor()
    await looksSound(win, 'cards-empty')
    await page.goto('/me/shares')
    await page.getByText('还没有分享过').waitFor()
    await looksSound(win, 'shares-empty')
  })
  await step(win, 'a finished lesson makes one, and its page says so', async () => {
    await readFirst(win, server.base, course, api)
    await page.goto('/me/cards')
    await page.getByText('学完了一课').first().waitFor()
    await looksSound(win, 'cards')
  })
  let shared
  await step(win, 'its owner chooses how it names them, and shares it', async () => {
    await page.getByText('学完了一课').first().click()
    const card = page.getByRole('img', { name: /学习证据卡$/ })
    await until(() => card.evaluate((img) => img.complete && img.naturalWidth === 1080), 'the picture to be drawn')
    await looksSound(win, 'card-own')
    await page.getByRole('button', { name: '加星号' }).click()
    await until(() => card.evaluate((img) => img.complete && img.src.includes('as=masked')), 'the picture to be drawn again')
    await page.getByRole('button', { name: '分享', exact: true }).click()
    await looksSound(win, 'card-share')
    const answer = page.waitForResponse((r) => r.url().endsWith('/api/shares'))
    await page.getByRole('button', { name: '复制链接' }).click()
    shared = await (await answer).json()
    await page.getByText(/已复制|\/s\//).waitFor()
    assert.match(shared.url, /\/s\/[0-9A-Z]{10}$/)
  })

  await step(win, 'a course is shared from its page, by keys alone too', async () => {
    await page.goto(`/course/${course.id}`)
    await page.getByRole('button', { name: '分享' }).click()
    const sheet = page.getByRole('dialog', { name: '分享' })
    await sheet.waitFor()
    await until(() => sheet.evaluate((d) => d.contains(document.activeElement)), 'the sheet to have the keys')
    await looksSound(win, 'course-sheet')
    // Each way is a share of its own, pressed twice as well.
    for (const [name, channel] of [['微信群', 'group'], ['朋友圈', 'moments'], ['微信好友', 'friend'], ['小红书', 'xiaohongshu']]) {
      const answer = page.waitForResponse((r) => r.url().endsWith('/api/shares'))
      await sheet.getByRole('button', { name }).click()
      assert.equal((await (await answer).json()).channel, channel)
      await until(() => sheet.getByRole('status').innerText().then((t) => /复制|\/s\//.test(t), () => false), 'the next step to be said')
      await sheet.getByRole('button', { name }).click()
    }
    await looksSound(win, 'course-sheet-said')
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
  })
  await step(win, "inside WeChat its own menu hands on a code that brings somebody", async () => {
    const inside = await openWindow(browser, server.base, 'phone', { storageState: await win.context.storageState(), userAgent: 'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.50' })
    // What WeChat puts into every page of its browser; the JS-SDK in front of it is the real one.
    await inside.page.addInitScript(() => {
      window.bridged = []
      window.WeixinJSBridge = { on() {}, invoke(name, args, done) { window.bridged.push({ name, args }); done?.({ err_msg: `${name}:ok` }) } }
    })
    const told = async (name) => (await inside.page.evaluate(() => window.bridged)).filter((b) => b.name === name).map((b) => b.args)
    await inside.page.goto(`/course/${course.id}`)
    await until(async () => (await told('updateTimelineShareData')).length, 'the menu to be set')
    const [checked] = await told('preVerifyJSAPI')
    assert.match(checked.verifySignature, /^[0-9a-f]{40}$/)
    const [friend] = await told('updateAppMessageShareData')
    const [moments] = await told('updateTimelineShareData')
    assert.equal(friend.title, course.title)
    assert.match(friend.link, new RegExp(`/course/${course.id}\\?s=[0-9A-Z]{10}$`))
    assert.notEqual(friend.link, moments.link)
    assert.ok(!(await api('GET', 'me/shares')).items.some((s) => friend.link.endsWith(s.code)), 'a code that stands ready is no share')
    await inside.page.getByRole('link', { name: /讲师主页/ }).first().click()
    await until(async () => /\/teacher\/\d+\?s=[0-9A-Z]{10}$/.test((await told('updateAppMessageShareData')).at(-1).link), 'the next page to hand on itself')
    await inside.page.goto(new URL(shared.url).pathname)
    await until(async () => (await told('updateAppMessageShareData')).at(-1)?.link.includes('/card/'), 'the card')
    const passed = (await told('updateAppMessageShareData')).at(-1)
    assert.match(passed.link, /\/card\/[0-9A-Z]{12}\?s=[0-9A-Z]{10}$/)
    assert.match(passed.imgUrl, /\/card\/[0-9A-Z]{12}\/card\.png$/)
    const guest = await openWindow(browser, server.base, 'desktop')
    const landed = guest.page.waitForResponse((r) => r.url().endsWith('/api/visits'))
    await guest.page.goto(friend.link)
    assert.equal((await landed).status(), 200)
    const now = (await api('GET', 'me/shares')).items.find((s) => friend.link.endsWith(s.code))
    assert.deepEqual([now?.channel, now?.visits], ['friend', 1])
    await inside.context.close()
    await guest.context.close()
  })
  const slate = await openWindow(browser, server.base, 'tablet', { storageState: await win.context.storageState() })
  await step(slate, 'on a tablet it is as calm', async () => {
    const { page } = slate
    for (const [at, words, name] of [['/me/cards', '学完了一课', 'cards'], ['/me/shares', '链接 ·', 'shares'], ['/me/points', '每日签到', 'points'], [new URL(shared.url).pathname, '学习记录属实', 'card-open'], [`/course/${course.id}`, '课程大纲', 'course']]) {
      await page.goto(at)
      await page.getByText(words).first().waitFor()
      await looksSound(slate, `${name}-tablet`)
    }
    await page.goto('/me/cards')
    await page.getByText('学完了一课').first().click()
    const card = page.getByRole('img', { name: /学习证据卡$/ })
    await until(() => card.evaluate((img) => img.complete && img.naturalWidth === 1080), 'the picture to be drawn')
    await looksSound(slate, 'card-own-tablet')
  })

  const other = await openWindow(browser, server.base, 'phone')
  await step(other, 'a stranger opens it, and sees that it is true', async () => {
    const { page } = other
    await page.goto(new URL(shared.url).pathname)
    await page.getByText('学习记录属实').waitFor()
    assert.equal(new URL(page.url()).searchParams.get('s'), shared.code)
    await looksSound(other, 'card-open')
    await page.getByText(/^也来学/).click()
    await page.getByRole('heading', { level: 1, name: '从一碗米饭开始' }).waitFor()
  })
  await step(other, 'and signs up', async () => {
    await other.page.goto('/login')
    await signInBySMS(other, server.base, '13900000292')
    await until(async () => (await other.context.request.get('/api/me')).status() === 200, 'the visitor to be signed in')
  })
  await step(win, 'who shared sees one opening and one registration', async () => {
    await page.goto('/me/shares')
    await page.getByText('链接 ·').waitFor()
    const row = page.locator('.shr').filter({ hasText: '链接 ·' })
    assert.match(await row.innerText(), /1\s*打开\s*1\s*注册\s*0\s*购买/)
    await looksSound(win, 'shares')
  })
  await step(win, 'they sign in for the day, once', async () => {
    await page.goto('/me/points')
    await page.getByRole('button', { name: '签到，得 5 积分' }).click()
    await page.getByRole('heading', { name: '连续签到 1 天' }).waitFor()
    await page.getByText('+5').waitFor()
    await looksSound(win, 'sign-in')
    await page.reload()
    await page.getByRole('button', { name: '今天已签到' }).waitFor()
    assert.equal(await page.getByRole('button', { name: /^补签/ }).count(), 0, 'there is no day to make up before the account was')
  })

  const desk = await openWindow(browser, server.base, 'desktop')
  await step(desk, 'on a wide screen it is as calm', async () => {
    const { page } = desk
    await page.goto(shared.path.split('?')[0])
    await page.getByText('学习记录属实').waitFor()
    await looksSound(desk, 'card-open-desktop')
    await page.goto('/card/23456789ABCD')
    await page.getByText('没有这张学习证据卡').waitFor()
    await looksSound(desk, 'card-unknown')
    await page.goto(`/course/${course.id}`)
    await looksSound(desk, 'course-share')
    await page.getByRole('button', { name: '分享' }).click() // who shares is known
    await page.getByRole('heading', { level: 1, name: /登录/ }).waitFor()
  })
  await step(desk, 'staff read how shares and sign-ins count', async () => {
    const { page } = desk
    await page.goto('/admin/')
    await page.getByLabel('登录名').fill('operator')
    await page.getByLabel('密码', { exact: true }).fill(server.passwords.operator)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.getByRole('navigation', { name: '主菜单' }).first().waitFor()
    await page.goto('/admin/settings/signin')
    await page.getByLabel('每天得多少积分').waitFor()
    await looksSound(desk, 'console-sign-in')
    await page.goto('/admin/settings/share')
    await page.getByLabel('打开后多少天内算数').waitFor()
    await looksSound(desk, 'console-share')
  })
})
