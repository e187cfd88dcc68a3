// The main road, on the built binary and in a real browser: a video is uploaded in the console and published, a new
// learner tries it, pays, watches it encrypted, comes back to where they were, is refunded, and finds it locked.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isSound, launch, looksSound, openWindow, picture, step } from './browser.mjs'
import { publishCourse, approveRefund, signInToConsole } from './console.mjs'
import { payInSandbox, playedTo, signInBySMS, video } from './learner.mjs'
import { makeVideo, startServer, until } from './server.mjs'

const PREVIEW_S = 6
const VIDEO_S = 60
const phones = { phone: '13900000001', desktop: '13900000002' }

let server, browser, staff, course
before(async () => {
  server = await startServer('e2e-road')
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

test('a creator uploads a video in the console, prices it and publishes', async () => {
  const file = makeVideo(server.dir, VIDEO_S)
  staff = await openWindow(browser, server.base, 'desktop')
  await step(staff, 'the owner signs in with two factors', () => signInToConsole(staff, 'owner', server.passwords.owner))
  await step(staff, 'the course is made and published', async () => {
    course = await publishCourse(staff, { title: '浏览器里的一课', file, previewS: PREVIEW_S, priceFen: 9900 })
  })
  const outline = await (await fetch(`${server.base}/api/courses/${course.id}`)).json()
  ;[course.lesson, course.article] = outline.chapters[0].lessons.map((l) => l.id)
  const play = await fetch(`${server.base}/api/lessons/${course.lesson}/play`, { method: 'POST' })
  assert.equal(play.status, 200, 'what is published can be tried at once')
  isSound(staff)
})

for (const size of ['phone', 'desktop']) {
  test(`a learner on a ${size} tries, buys, watches, resumes, is refunded and locked out`, async () => {
    const { base } = server
    const win = await openWindow(browser, base, size)
    const { page, traffic } = win
    let no

    await step(win, 'the course is found and the preview stops', async () => {
      await page.goto('/')
      await page.getByRole('link', { name: new RegExp(course.title) }).first().click()
      await page.getByRole('heading', { name: course.title }).first().waitFor()
      await looksSound(win, 'course')
      assert.notEqual(await page.evaluate(() => document.createElement('video').canPlayType('video/mp4; codecs="avc1.64001f, mp4a.40.2"')), '', 'this browser plays H.264')
      await page.getByRole('link', { name: /第一课 录像|第一课/ }).first().click()
      await page.getByRole('button', { name: '播放' }).first().click()
      await playedTo(page, 1)
      await page.getByText('试看到这里').waitFor({ timeout: (PREVIEW_S + 20) * 1000 })
      const v = await video(page)
      assert.ok(v.at <= PREVIEW_S + 0.5 && v.length <= PREVIEW_S + 0.5, `the preview plays to ${v.at} of ${v.length} s`)
      await looksSound(win, 'preview-over')
    })

    await step(win, 'sign-in by SMS leads back to the purchase', async () => {
      await page.getByRole('button', { name: '购买课程' }).click()
      await page.getByRole('heading', { name: course.title }).first().waitFor()
      await page.getByRole('button', { name: '立即购买' }).locator('visible=true').first().click()
      await page.getByRole('heading', { name: /登录/ }).or(page.getByRole('tab', { name: '短信登录' })).first().waitFor()
      await looksSound(win, 'login')
      await signInBySMS(win, base, phones[size])
      await page.getByText('应付').waitFor()
      await looksSound(win, 'checkout')
    })

    await step(win, 'the payment through the sandbox opens the course', async () => {
      await page.getByRole('checkbox', { name: '我已阅读并确认购买须知' }).click()
      await page.getByRole('button', { name: /^支付 ¥\s*99/ }).click()
      if (size === 'desktop') {
        await page.getByRole('img', { name: '微信支付二维码' }).waitFor()
        await looksSound(win, 'pay')
      }
      await payInSandbox(win, base)
      await page.getByText('支付成功').waitFor({ timeout: 30_000 })
      await looksSound(win, 'paid')
      no = new URL(page.url()).pathname.split('/').at(-1)
    })

    let keyAddress
    await step(win, 'the encrypted stream plays', async () => {
      traffic.length = 0
      await page.getByRole('link', { name: '去学习' }).click()
      await page.getByRole('button', { name: '开始学习' }).locator('visible=true').first().click()
      await page.getByRole('button', { name: '播放' }).first().click()
      await playedTo(page, 3)
      const v = await video(page)
      assert.ok(v.length > VIDEO_S - 2, `the whole lesson is there, not ${v.length} s`)
      assert.ok(v.width > 0, 'a picture is decoded')
      const keys = traffic.filter((r) => r.path.startsWith('/media/k/') && r.status === 200)
      const segments = traffic.filter((r) => r.path.startsWith('/media/s/') && [200, 206].includes(r.status))
      assert.ok(keys.length > 0, 'a key was fetched')
      assert.ok(segments.length > 1, 'segments were fetched')
      const raw = Buffer.from(await (await fetch(segments[0].url)).arrayBuffer())
      assert.ok(raw.length > 188 && (raw[0] !== 0x47 || raw[188] !== 0x47), 'a segment on the wire is no plain MPEG stream')
      await looksSound(win, 'lesson')
      // Pages left behind, such as the preview of before the sign-in, must not play on in this account's name.
      await until(() => traffic.some((r) => r.path.endsWith('/beat') && r.status === 200), 'a report of what was played', 20_000)
      assert.equal(traffic.filter((r) => r.path === `/api/lessons/${course.lesson}/play`).length, 1, 'one play was opened')
      assert.equal(await page.getByText('在另一处播放').count(), 0, 'nobody else took over')
    })

    let left
    await step(win, 'a reload resumes near the position', async () => {
      await page.locator('video').evaluate((el) => el.focus?.())
      const before = (await video(page)).at
      await page.keyboard.press('l') // ten seconds on
      await playedTo(page, before + 9)
      await page.keyboard.press('k') // pause, which reports
      left = (await video(page)).at
      await until(async () => {
        const mine = await (await page.request.get(`/api/courses/${course.id}/mine`)).json()
        return Math.abs(mine.lessons.find((l) => l.lesson_id === course.lesson).position_ms / 1000 - left) < 1
      }, 'the place to be kept')
      traffic.length = 0
      await page.reload()
      await page.getByRole('button', { name: '播放' }).first().click()
      const at = await until(async () => { const v = await video(page); return !v.paused && v.ready >= 3 && v.at }, 'playing to go on')
      assert.ok(Math.abs(at - left) < 4, `resumed at ${at} s after leaving at ${left} s`)
      await page.keyboard.press('k')
      keyAddress = traffic.filter((r) => r.path.startsWith('/media/k/') && r.status === 200).at(-1)?.url
      assert.ok(keyAddress, 'a key was fetched after the reload')
      await picture(win, 'resumed')
    })

    await step(win, 'a refund is asked for, approved, and locks the lesson and its key', async () => {
      const lesson = page.url()
      const other = { ...win, page: await win.context.newPage() }
      await other.page.goto(`/order/${no}`)
      await other.page.getByRole('button', { name: '申请退款' }).click()
      await other.page.getByRole('button', { name: '暂时没有时间学' }).click()
      await looksSound(other, 'refund')
      await other.page.getByRole('button', { name: '提交退款申请' }).click()
      await other.page.getByText('申请退款').first().waitFor()
      assert.equal((await win.context.request.get(keyAddress)).status(), 200, 'the key is given while the refund waits')
      await approveRefund(staff, course.title)
      const refused = await win.context.request.get(keyAddress)
      assert.equal(refused.status(), 403, 'the key endpoint refuses')
      assert.equal((await refused.json()).code, 'lesson_locked')
      await until(async () => (await (await win.context.request.get(`/api/orders/${no}`)).json()).status === 'refunded', 'the money to be back', 60_000, 500)
      await other.page.reload()
      await other.page.getByText('已退款').first().waitFor()
      await looksSound(other, 'order-refunded')
      await page.goto(lesson)
      await until(async () => (await video(page)).length <= PREVIEW_S + 0.5, 'the lesson to be a preview again')
      await picture(win, 'preview-again')
      await page.goto(`/learn/${course.article}`)
      await page.getByText('这一课购买后可学').waitFor()
      await looksSound(win, 'locked')
    })
    isSound(win)
    await win.context.close()
  })
}
