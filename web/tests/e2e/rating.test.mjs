// What learners say of a course, on the built binary and in a real browser: who finished it is asked, rates it and writes; staff
// look at the words, answer and take them down; the course page, its list and the ranking follow.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isSound, launch, looksSound, openWindow, picture, step } from './browser.mjs'
import { signInBySMS } from './learner.mjs'
import { startServer, until } from './server.mjs'
import { asStaff } from './staff.mjs'

let server, browser, course, ask
before(async () => {
  server = await startServer('e2e-rating')
  browser = await launch()
  ask = await asStaff(server.base, 'operator', server.passwords.operator)
  const { id } = (await ask('GET', 'courses')).items.find((c) => c.title === '从一碗米饭开始')
  course = await (await fetch(`${server.base}/api/courses/${id}`)).json()
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

const words = '水少放半指，第二锅就香了。'

test('a course is rated, answered and ranked', async () => {
  const guest = await openWindow(browser, server.base, 'desktop')
  await step(guest, 'a visitor sees what others say, and is not asked', async () => {
    const { page } = guest
    await page.goto(`/course/${course.id}`)
    await page.getByRole('heading', { name: '学员评价' }).waitFor()
    await page.getByText('6 人评价').first().waitFor()
    assert.equal(await page.getByRole('button', { name: '写评价' }).count(), 0)
    await page.getByRole('heading', { name: '学员评价' }).scrollIntoViewIfNeeded()
    await looksSound(guest, 'rating-visitor')
    const data = await page.evaluate(() => JSON.parse(document.querySelector('script[type="application/ld+json"]').textContent))
    assert.deepEqual(data.aggregateRating, { '@type': 'AggregateRating', ratingValue: '4.7', ratingCount: 6, bestRating: 5, worstRating: 1 })
  })

  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win
  await step(win, 'who has not studied is told what is missing', async () => {
    await page.goto('/login')
    await signInBySMS(win, server.base, '13900000191')
    await until(async () => (await win.context.request.get('/api/me')).status() === 200, 'the learner to be signed in')
    await page.goto(`/course/${course.id}`)
    await page.getByText('学完一课，或学满 10 分钟，就可以评价了。').waitFor()
  })
  await step(win, 'who finished the course is asked, and writes', async () => {
    const api = async (method, path, data, headers = {}) => {
      const r = await win.context.request.fetch(`/api/${path}`, { method, data, headers: { Origin: server.base, ...headers } })
      assert.ok(r.ok(), `${path} answered ${r.status()}: ${await r.text()}`)
      return r.json()
    }
    const quote = await api('POST', 'quotes', { sku_id: course.skus[0].id })
    await api('POST', 'orders', { quote_token: quote.token, terms_confirmed: true }, { 'Idempotency-Key': 'rating-e2e' })
    const [lesson] = course.chapters.flatMap((c) => c.lessons)
    await api('POST', `lessons/${lesson.id}/read`, { seq: 1, screens: [], position_permille: 0 })
    await fetch(`${server.base}/sandbox/panel/do/clock`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ seconds: '600' }) })
    const { screens } = await api('GET', `lessons/${lesson.id}`)
    await api('POST', `lessons/${lesson.id}/read`, { seq: 2, position_permille: 1000, screens: Array.from({ length: screens }, (_, i) => ({ screen: i + 1, ms: Math.floor(590_000 / screens) })) })
    await page.goto(`/course/${course.id}`)
    await page.getByText('你已学完这门课。').waitFor()
    await page.getByText('你已学完这门课。').scrollIntoViewIfNeeded()
    await looksSound(win, 'rating-asked')
    await page.getByRole('button', { name: '写评价' }).click()
    const send = page.getByRole('button', { name: '提交评价' })
    assert.equal(await send.getAttribute('aria-disabled') === 'true' || await send.isDisabled(), true)
    await page.getByRole('button', { name: '4 星，满意' }).click()
    await page.getByRole('textbox', { name: /学到了什么/ }).fill(words)
    await looksSound(win, 'rating-sheet')
    await send.click()
    await page.getByText('文字审核中，星级已计入').waitFor()
    await page.getByText('7 人评价').first().waitFor()
    await looksSound(win, 'rating-own')
  })

  const desk = await openWindow(browser, server.base, 'desktop')
  const row = (p) => p.locator('tr', { hasText: words })
  await step(desk, 'staff look at the words and answer', async () => {
    const { page } = desk
    await page.goto('/admin/')
    await page.getByLabel('登录名').fill('operator')
    await page.getByLabel('密码', { exact: true }).fill(server.passwords.operator)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.getByRole('navigation', { name: '主菜单' }).first().waitFor()
    await page.goto('/admin/moderation')
    await page.locator('li', { hasText: words }).getByRole('button', { name: '通过' }).click()
    await page.getByText('已公开 1 条').waitFor()
    await page.goto('/admin/ratings')
    await row(page).waitFor()
    await looksSound(desk, 'console-ratings')
    await row(page).getByRole('button').click()
    await page.getByLabel('回复', { exact: true }).fill('第二锅就香，说明火也对了。')
    await looksSound(desk, 'console-rating')
    await page.getByRole('button', { name: '回复', exact: true }).click()
    await page.getByText('已回复，学员会收到消息').waitFor()
    await row(page).getByText('已回复').waitFor()
  })
  await step(win, 'the learner is told, and all of them are on their page', async () => {
    await page.goto('/me/notices')
    await page.getByText('老师回复了你的评价').click()
    await page.getByText('第二锅就香，说明火也对了。').waitFor()
    await looksSound(win, 'ratings')
    await page.getByRole('button', { name: '3 星' }).click()
    await page.getByText('还没有 3 星的文字评价').waitFor()
    await page.getByRole('button', { name: '4 星' }).click()
    await page.getByText(words).waitFor()
  })
  await step(win, 'it is changed, and waits again', async () => {
    await page.goto(`/course/${course.id}`)
    await page.getByRole('button', { name: '修改或撤回' }).click()
    await page.getByRole('button', { name: '5 星，非常满意' }).click()
    await page.getByRole('textbox', { name: /学到了什么/ }).fill(`${words}加我微信`)
    await page.getByRole('button', { name: '保存', exact: true }).click()
    await page.getByText('文字审核中，星级已计入').waitFor()
  })
  await step(desk, 'staff take the words down and say why', async () => {
    const { page } = desk
    await page.goto('/admin/ratings')
    await row(page).getByRole('button').click()
    await page.getByRole('button', { name: '不公开' }).click()
    await page.getByLabel('原因').fill('请不要留联系方式')
    await page.getByRole('dialog', { name: /不公开这/ }).getByRole('button', { name: '不公开', exact: true }).click()
    await row(page).getByText('未公开').waitFor()
  })
  await step(win, 'the author sees why; the stars count on', async () => {
    await page.goto(`/course/${course.id}`)
    await page.getByText('没有公开的原因：请不要留联系方式').waitFor()
    await page.getByText('7 人评价').first().waitFor()
    assert.equal(await page.locator('.rt-c').filter({ hasText: '加我微信' }).count(), 1)
    await page.getByText('没有公开的原因').scrollIntoViewIfNeeded()
    await looksSound(win, 'rating-hidden')
  })
  await step(guest, 'the ranking and the lists follow; a tablet shows it as well', async () => {
    const { page } = guest
    await page.goto('/rankings?kind=rating')
    await page.getByText(/\d\.\d 分 · \d 人评价/).first().waitFor()
    await looksSound(guest, 'ranking-rating')
    await page.goto('/courses?sort=rating')
    await page.getByText(/4\.\d 分/).first().waitFor()
    await page.setViewportSize({ width: 820, height: 1180 })
    await page.goto(`/course/${course.id}`)
    await page.getByRole('heading', { name: '学员评价' }).scrollIntoViewIfNeeded()
    await picture(guest, 'rating-tablet')
    await page.goto(`/course/${course.id}/ratings`)
    await page.getByRole('heading', { name: '学员评价' }).waitFor()
    await picture(guest, 'ratings-tablet')
  })
  await step(win, 'it is taken back', async () => {
    await page.getByRole('button', { name: '修改或撤回' }).click()
    await page.getByRole('button', { name: '撤回评价' }).click()
    await page.getByText('6 人评价').first().waitFor()
  })
  for (const w of [guest, win, desk]) isSound(w)
})
