// A lesson that is booked, on the built binary and in a real browser: planned and scheduled in the console, booked,
// waited for, given up, checked in.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isSound, launch, looksSound, openWindow, picture, step } from './browser.mjs'
import { signInBySMS } from './learner.mjs'
import { startServer } from './server.mjs'
import { asStaff } from './staff.mjs'

let server, browser, course, lesson, ask
before(async () => {
  server = await startServer('e2e-booking')
  browser = await launch()
  ask = await asStaff(server.base, 'operator', server.passwords.operator)
  const { items } = await (await fetch(`${server.base}/api/courses?limit=50`)).json()
  course = await (await fetch(`${server.base}/api/courses/${items.find((c) => c.is_free).id}`)).json()
  ;({ id: lesson } = await ask('POST', `courses/${course.id}/lessons`, { chapter_id: course.chapters[0].id, title: '面对面煮饭', form: 'booking' }))
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

async function learner(win, phone) {
  await win.page.goto('/me/certificates')
  await win.page.getByRole('tab', { name: '短信登录' }).waitFor()
  await signInBySMS(win, server.base, phone)
  await win.page.getByText('还没有证书').waitFor()
  const api = async (path, data, headers = {}) => (await win.context.request.post(`/api/${path}`, { data, headers: { Origin: server.base, ...headers } })).json()
  const quote = await api('quotes', { sku_id: course.skus[0].id })
  await api('orders', { quote_token: quote.token, terms_confirmed: true }, { 'Idempotency-Key': `booking-${phone}` })
}

test('a lesson is planned, booked, and attended', async () => {
  const desk = await openWindow(browser, server.base, 'desktop')
  await step(desk, 'staff plan and schedule it', async () => {
    const { page } = desk
    await page.goto('/admin/')
    await page.getByLabel('登录名').fill('operator')
    await page.getByLabel('密码', { exact: true }).fill(server.passwords.operator)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.getByRole('navigation', { name: '主菜单' }).first().waitFor()
    await page.goto(`/admin/courses/${course.id}/outline`)
    await page.locator('.le').getByText('面对面煮饭').click()
    await page.locator('#bk-place').fill('静安区愚园路 1 号 2 楼')
    await page.locator('#bk-bring').fill('一只饭盒')
    await page.locator('#bk-hold').fill('2')
    await page.locator('#bk-most').fill('0')
    await page.locator('#bk-cancel').fill('0')
    await page.getByRole('button', { name: '保存预约设置' }).click()
    await page.getByText('预约设置已保存').waitFor()
    await page.goto(`/admin/booking/${lesson}`)
    await page.getByRole('button', { name: '按周排' }).first().click()
    const china = (days) => new Date(Date.now() + 8 * 3600_000 + days * 86_400_000).toISOString().slice(0, 10)
    await page.locator('#r-first').fill(china(1))
    await page.locator('#r-last').fill(china(14))
    await page.locator('#r-places').fill('1')
    await page.getByRole('button', { name: '看看有哪些场' }).click()
    await page.getByRole('checkbox').last().uncheck()
    await page.getByRole('button', { name: '保存 1 场' }).click()
    await page.locator('.rowbtn').first().waitFor()
    await looksSound(desk, 'console-slots')
    // One that is about to begin, for the check-in.
    const soon = Date.now() + 20 * 60_000
    await ask('POST', `lessons/${lesson}/slots`, { slots: [{ starts_at: soon, ends_at: soon + 3600_000, places: 1, place: '' }] })
  })
  const win = await openWindow(browser, server.base, 'phone')
  const other = await openWindow(browser, server.base, 'phone')
  await step(win, 'a learner books', async () => {
    await learner(win, '13900000093')
    await win.page.goto(`/learn/${lesson}`)
    await win.page.getByRole('link', { name: '预约时间' }).click()
    await win.page.getByText('一只饭盒').waitFor()
    await win.page.getByRole('button', { name: /^预约/ }).last().click() // the later one
    await win.page.getByText('已约上').waitFor()
    await looksSound(win, 'booking')
    const link = await win.page.getByRole('link', { name: '加入日历' }).getAttribute('href')
    assert.match(await (await win.context.request.get(link)).text(), /BEGIN:VEVENT/)
    await win.page.goto('/learning')
    await win.page.getByText('愚园路').waitFor()
  })
  await step(other, 'another waits and moves up', async () => {
    await learner(other, '13900000094')
    await other.page.goto(`/booking/${lesson}`)
    await other.page.getByRole('button', { name: /^排队/ }).click()
    await other.page.getByText('前面 0 人').waitFor()
    await win.page.goto(`/booking/${lesson}`)
    await win.page.getByRole('button', { name: '取消预约' }).click()
    await win.page.getByRole('button', { name: '确定取消' }).click()
    await win.page.getByText('自己取消', { exact: true }).waitFor()
    await other.page.reload()
    await other.page.getByText('已约上').waitFor()
    const notices = await (await other.context.request.get('/api/me/notices')).json()
    assert.match(JSON.stringify(notices), /排到名额了/)
  })
  await step(win, 'and the first checks in to the one that begins', async () => {
    await win.page.getByRole('button', { name: /^预约/ }).first().click()
    await win.page.getByText('已约上').waitFor()
    await desk.page.reload()
    await desk.page.locator('.rowbtn').first().click()
    await desk.page.getByRole('button', { name: '出示签到码' }).click()
    const code = await desk.page.locator('.code').textContent()
    await looksSound(desk, 'console-slot')
    // On paper: the sheet that is signed, and nothing of the page around it.
    await desk.page.emulateMedia({ media: 'print' })
    const paper = await desk.page.evaluate(() => [...document.body.children].filter((e) => e.checkVisibility()).map((e) => e.innerText).join('\n'))
    for (const words of ['面对面煮饭', '愚园路', '签名', '共 1 人']) assert.ok(paper.includes(words), `${words} on ${paper}`)
    for (const words of ['取消这一场', '出示签到码', '课程与专栏', '改场次']) assert.ok(!paper.includes(words), `${words} on ${paper}`)
    await picture(desk, 'console-slot-printed')
    await desk.page.emulateMedia({ media: 'screen' })
    await win.page.getByLabel('签到码').fill(code.trim())
    await looksSound(win, 'booking-check-in')
    await win.page.getByRole('button', { name: '签到', exact: true }).click()
    await win.page.getByText('已到场').waitFor()
    await win.page.goto(`/learn/${lesson}`)
    await win.page.getByText('已学完').first().waitFor()
  })
  isSound(win)
  isSound(other)
  isSound(desk)
})
