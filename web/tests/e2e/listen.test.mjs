// Sound, on the built binary and in a real browser: a lesson of the demo school is heard, faster, with a timer, its
// transcript goes along, the next one follows, and it is found again where it was left; a video shows its subtitle,
// and search finds what is said.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isSound, launch, looksSound, openWindow, step } from './browser.mjs'
import { signInBySMS } from './learner.mjs'
import { startServer, until } from './server.mjs'

let server, browser, lessons

before(async () => {
  server = await startServer('e2e-listen')
  browser = await launch()
  const course = await until(async () => (await (await fetch(`${server.base}/api/courses?limit=50`)).json()).items.find((c) => c.title === '把话写清楚'), 'the course to be on sale', 180_000, 500)
  lessons = (await (await fetch(`${server.base}/api/courses/${course.id}`)).json()).chapters.flatMap((c) => c.lessons)
})
after(async () => {
  await browser?.close()
  await server?.stop()
})
const named = (part) => lessons.find((l) => l.title.includes(part))
const button = (page, name) => page.getByRole('button', { name, exact: true }).locator('visible=true').first()
const seconds = async (page) => {
  const [m, s] = (await page.locator('.aud-line .num').locator('visible=true').first().innerText()).split(':').map(Number)
  return m * 60 + s
}

test('a lesson is heard, and the next one follows', async () => {
  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win
  const first = named('开口之前')
  const second = named('听别人说话')
  await step(win, 'signed in', async () => {
    await page.goto('/login')
    await signInBySMS(win, server.base, '13900000081')
    await until(async () => (await win.context.request.get('/api/me')).status() === 200, 'the learner to be signed in')
  })
  await step(win, 'it plays, faster, with a timer', async () => {
    await page.goto(`/learn/${first.id}`)
    await page.getByText('只能说一句，说哪一句').waitFor()
    await looksSound(win, 'audio')
    await button(page, '播放').click()
    await button(page, '暂停').waitFor()
    await until(async () => (await seconds(page)) >= 2, 'the sound to go on')
    await button(page, '倍速 1').click()
    await button(page, '2×').click()
    await button(page, '倍速 2').waitFor()
    await button(page, '定时关闭').click()
    await looksSound(win, 'audio-timer')
    await button(page, '15 分钟后').click()
    await page.getByText('15 分钟', { exact: true }).waitFor()
  })
  await step(win, 'the transcript goes along, a tap goes there', async () => {
    await button(page, '文稿').click()
    const line = page.locator('.said[aria-current=true]')
    await line.waitFor()
    const before = await line.innerText()
    await until(async () => (await line.innerText()) !== before, 'the next line')
    await page.locator('.said', { hasText: '比如你想请两天假' }).click()
    await until(async () => (await line.innerText()).includes('比如你想请两天假'), 'the line that was asked for')
    await looksSound(win, 'audio-said')
  })
  await step(win, 'it goes on beside another page of the course', async () => {
    await page.goto('/learning').catch(() => undefined) // a new document: silence
    await page.goto(`/learn/${first.id}`)
    await until(async () => (await seconds(page)) > 20, 'the place to be kept')
    await button(page, '倍速 2').waitFor()
    await button(page, '播放').click()
    await button(page, '暂停').waitFor()
    await page.locator('.lesson-side .les', { hasText: '一页纸的写作清单' }).or(page.locator('.toc-t', { hasText: '想清楚再动笔' })).first().click()
    if (!page.url().includes(String(named('一页纸').id))) await page.locator('.les', { hasText: '一页纸的写作清单' }).locator('visible=true').first().click()
    const bar = page.locator('.aubar').locator('visible=true')
    await bar.waitFor()
    const at = await bar.innerText()
    await until(async () => (await bar.innerText()) !== at, 'the bar to go on')
    await looksSound(win, 'audio-bar')
    await bar.getByRole('link').click()
    await button(page, '暂停').waitFor()
  })
  await step(win, 'the next one follows, as far as it may be tried', async () => {
    await button(page, '下一课').click()
    await page.waitForURL(`**/learn/${second.id}`)
    await button(page, '暂停').waitFor()
    await page.getByText('这里只有试看部分的文稿').waitFor()
    await page.getByText('试听到这里').waitFor({ timeout: 30_000 })
    await looksSound(win, 'audio-preview')
  })
  isSound(win)
  await win.context.close()
})

test('a video shows its subtitle and parts, and search finds what is said', async () => {
  const win = await openWindow(browser, server.base, 'desktop')
  const { page } = win
  const video = named('七秒钟')
  await step(win, 'the subtitle', async () => {
    await page.goto(`/learn/${video.id}`)
    await button(page, '清晰度').waitFor() // the last of the controls to come, and they move
    await button(page, '字幕').click()
    await button(page, '中文').click()
    await page.locator('.stage-btn').click()
    await until(() => page.evaluate(() => [...document.querySelector('video').textTracks].some((t) => t.mode === 'showing' && t.activeCues?.length > 0 && t.activeCues[0].text.includes('大家好'))), 'the first line')
    await page.locator('.mark', { hasText: '第一句放结论' }).click()
    await until(() => page.evaluate(() => [...document.querySelector('video').textTracks].some((t) => t.activeCues?.length > 0 && t.activeCues[0].text.includes('第一句要放结论'))), 'the line of the part')
    assert.ok(await page.evaluate(() => document.querySelector('video').currentTime >= 22))
    await looksSound(win, 'video-said')
  })
  await step(win, 'found by what is said', async () => {
    await page.goto(`/search?q=${encodeURIComponent('小林替我去')}`)
    await page.locator('.hrow', { hasText: '开口之前' }).waitFor()
    await looksSound(win, 'search-said')
  })
  isSound(win)
  await win.context.close()
})
