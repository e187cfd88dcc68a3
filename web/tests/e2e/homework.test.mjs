// Homework, on the built binary and in a real browser: a task with a rubric, handed in with a file, given back, handed in
// again, marked, passed.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isSound, launch, looksSound, openWindow, step } from './browser.mjs'
import { signInBySMS } from './learner.mjs'
import { startServer } from './server.mjs'
import { asStaff } from './staff.mjs'

let server, browser, course, lesson
before(async () => {
  server = await startServer('e2e-homework')
  browser = await launch()
  const ask = await asStaff(server.base, 'operator', server.passwords.operator)
  const { items } = await (await fetch(`${server.base}/api/courses?limit=50`)).json()
  course = await (await fetch(`${server.base}/api/courses/${items.find((c) => c.is_free).id}`)).json()
  ;({ id: lesson } = await ask('POST', `courses/${course.id}/lessons`, { chapter_id: course.chapters[0].id, title: '煮一碗饭', form: 'homework' }))
  await ask('PUT', `lessons/${lesson}/homework`, { version: 0, task_html: '<p>照着课里的步骤煮一碗饭，写下用水量和时间。</p>', due_at: 0, due_days: 7, most: 3, peers: 0, peers_decide: false, pass_permille: 600, rubric: [{ title: '步骤完整', note: '淘、泡、煮、焖', points: 6 }, { title: '写出数字', note: '', points: 4 }] })
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

test('homework is handed in, given back, and passed', async () => {
  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win
  const handIn = async (text) => {
    await page.getByRole('textbox', { name: '写下你的作业' }).fill(text)
    await page.getByRole('button', { name: '交作业', exact: true }).click()
    await page.getByText('等待批改').first().waitFor()
  }
  await step(win, 'a learner hands it in', async () => {
    await page.goto('/me/certificates')
    await page.getByRole('tab', { name: '短信登录' }).waitFor()
    await signInBySMS(win, server.base, '13900000092')
    await page.getByText('还没有证书').waitFor()
    const api = async (path, data, headers = {}) => (await win.context.request.post(`/api/${path}`, { data, headers: { Origin: server.base, ...headers } })).json()
    const quote = await api('quotes', { sku_id: course.skus[0].id })
    await api('orders', { quote_token: quote.token, terms_confirmed: true }, { 'Idempotency-Key': 'homework-e2e' })
    await page.goto(`/learn/${lesson}`)
    await page.getByRole('link', { name: '打开作业' }).click()
    await page.getByRole('heading', { name: '评分标准' }).waitFor()
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: /附上文件/ }).click()
    await (await chooser).setFiles({ name: '记录.txt', mimeType: 'text/plain', buffer: Buffer.from('米 150 克，水 200 毫升') })
    await page.getByText('附上文件（1/9）').waitFor()
    await looksSound(win, 'homework')
    await handIn('淘两遍，泡二十分钟，煮十二分钟。')
  })
  const desk = await openWindow(browser, server.base, 'desktop')
  const mark = async (button, points = []) => {
    await desk.page.goto(`/admin/homework/${lesson}`)
    await desk.page.locator('.rowbtn').first().click()
    await desk.page.getByLabel('评语').fill('加上焖的时间')
    if (points.length) {
      await desk.page.getByRole('button', { name: button }).click()
      await desk.page.getByText('每一条都要评分').waitFor()
    }
    if (points.length) {
      await desk.page.getByText('作业要求', { exact: true }).click()
      await desk.page.getByText('照着课里的步骤煮一碗饭').waitFor()
      await desk.page.getByText('淘、泡、煮、焖').waitFor()
      await desk.page.locator('#w-0').fill('7')
      await desk.page.getByText('填 0 到 6 的整数').waitFor()
      await desk.page.getByText('合计 — / 10 分').waitFor()
    }
    for (const [n, p] of points.entries()) await desk.page.locator(`#w-${n}`).fill(String(p))
    await looksSound(desk, 'console-homework')
    await desk.page.getByRole('button', { name: button }).click()
  }
  await step(desk, 'staff give it back', async () => {
    await desk.page.goto('/admin/')
    await desk.page.getByLabel('登录名').fill('operator')
    await desk.page.getByLabel('密码', { exact: true }).fill(server.passwords.operator)
    await desk.page.getByRole('button', { name: '登录', exact: true }).click()
    await desk.page.getByRole('navigation', { name: '主菜单' }).first().waitFor()
    await mark('退回修改')
    await desk.page.getByText('已退回修改').waitFor()
  })
  await step(win, 'the learner does it again', async () => {
    await page.reload()
    await page.getByText('加上焖的时间').waitFor()
    assert.equal(await page.getByRole('textbox', { name: '写下你的作业' }).inputValue(), '淘两遍，泡二十分钟，煮十二分钟。')
    await page.getByText('附上文件（1/9）').waitFor()
    assert.equal(await page.getByText('/ 10 分').count(), 0, 'work that was given back shows a score')
    await looksSound(win, 'homework-again')
    await handIn('淘两遍，泡二十分钟，煮十二分钟，焖十分钟。')
  })
  await step(desk, 'and passes', async () => {
    await mark('保存批改', [6, 4])
    await desk.page.getByText('批改已保存').waitFor()
    await page.reload()
    await page.getByText('已通过').first().waitFor()
    await looksSound(win, 'homework-passed')
    const notices = await (await win.context.request.get('/api/me/notices')).json()
    assert.match(JSON.stringify(notices), /作业批改好了/)
    assert.ok(notices.items.some((n) => n.title.startsWith('作业被退回修改') && n.body === '加上焖的时间'), JSON.stringify(notices))
  })
  isSound(win)
  isSound(desk)
})
