// The library and versions, on the built binary and in a real browser: a file is uploaded into a folder, used in a lesson,
// not deleted while it is used; a version is kept and restored; the course is cloned; a learner looks at what is only shown.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isSound, launch, looksSound, openWindow, step } from './browser.mjs'
import { signInBySMS } from './learner.mjs'
import { startServer } from './server.mjs'
import { asStaff } from './staff.mjs'

// A picture of one pixel.
const dot = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
let server, browser, ask, course, free
before(async () => {
  server = await startServer('e2e-library')
  browser = await launch()
  ask = await asStaff(server.base, 'operator', server.passwords.operator)
  const { items } = await (await fetch(`${server.base}/api/courses?limit=50`)).json()
  course = await (await fetch(`${server.base}/api/courses/${items.find((c) => c.is_free).id}`)).json()
  free = course.chapters[0].lessons[0]
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

test('material is filed, used again and kept; courses go back and are cloned', async () => {
  const win = await openWindow(browser, server.base, 'desktop')
  const { page } = win
  await step(win, 'a file goes into a folder', async () => {
    await page.goto('/admin/')
    await page.getByLabel('登录名').fill('operator')
    await page.getByLabel('密码', { exact: true }).fill(server.passwords.operator)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.getByRole('navigation', { name: '主菜单' }).first().waitFor()
    await page.goto('/admin/library')
    await page.getByRole('button', { name: '新建文件夹' }).click()
    await page.getByLabel('名称').fill('板书')
    await page.getByRole('button', { name: '保存', exact: true }).click()
    await page.getByRole('button', { name: '板书', exact: true }).click()
    await page.getByText('这里没有素材').waitFor()
    await page.getByLabel('选择要上传的素材').setInputFiles({ name: '清单.txt', mimeType: 'text/plain', buffer: Buffer.from('米、水、锅') })
    await page.getByRole('row', { name: /清单\.txt/ }).waitFor()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await looksSound(win, 'library')
  })
  await step(win, 'it is used again in a lesson', async () => {
    await page.goto(`/admin/courses/${course.id}/outline`)
    await page.getByRole('button', { name: '从素材库选' }).last().click()
    await page.getByRole('dialog').getByRole('button', { name: /清单\.txt/ }).click()
    await page.getByRole('button', { name: '移除附件 清单.txt' }).waitFor()
    await page.getByLabel('选择附件').setInputFiles({ name: '板书.png', mimeType: 'image/png', buffer: dot })
    await page.getByLabel('板书.png 的权限').selectOption('view')
    await page.getByText('学员只能在线查看').waitFor()
  })
  await step(win, 'what is used is not deleted', async () => {
    await page.goto('/admin/library')
    await page.getByLabel('选择 清单.txt').check()
    await page.getByRole('region', { name: '批量操作' }).getByRole('button', { name: '删除' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '删除', exact: true }).click()
    await page.getByRole('dialog').getByText(/还在使用.*附件「清单\.txt」/).waitFor()
    await page.getByRole('button', { name: '知道了' }).click()
    await page.getByRole('button', { name: '清单.txt 用在哪里' }).click()
    await page.getByRole('dialog').getByRole('link', { name: /附件「清单\.txt」/ }).waitFor()
  })
  await step(win, 'a version is kept and restored', async () => {
    await page.goto(`/admin/courses/${course.id}/versions`)
    await page.getByLabel('保存当前版本').fill('改动之前')
    await page.getByRole('button', { name: '保存版本' }).click()
    await page.getByText('改动之前').waitFor()
    const full = await ask('GET', `courses/${course.id}`)
    await ask('DELETE', `courses/${course.id}/attachments/${full.attachments.find((a) => a.name === '清单.txt').id}`).catch(() => undefined) // answers without a body
    await page.getByRole('row', { name: /改动之前/ }).getByRole('button', { name: /比较和恢复/ }).click()
    await page.getByText('去掉附件「清单.txt」').waitFor()
    await looksSound(win, 'version-compare')
    await page.getByRole('button', { name: /^恢复到 v/ }).click()
    await page.getByText('恢复前', { exact: true }).waitFor()
    assert.ok((await ask('GET', `courses/${course.id}`)).attachments.some((a) => a.name === '清单.txt'))
    await looksSound(win, 'versions')
  })
  await step(win, 'the course is cloned', async () => {
    await page.getByRole('button', { name: '复制课程' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '复制', exact: true }).click()
    await page.getByRole('heading', { name: `${course.title} 副本` }).waitFor()
  })
  await step(win, 'lessons are changed together, after a choice', async () => {
    await page.goto(`/admin/courses/${course.id}/outline`)
    await page.getByRole('region', { name: '课程大纲' }).getByRole('button', { name: '批量修改' }).click()
    const dialog = page.getByRole('dialog', { name: '批量修改课时' })
    const change = dialog.getByRole('button', { name: '修改', exact: true })
    assert.ok(await change.isDisabled())
    await dialog.getByRole('checkbox').last().check()
    await page.waitForTimeout(600) // longer than what a trial waits: nothing was chosen, nothing is tried
    assert.ok(await change.isDisabled())
    await dialog.getByLabel('修改').selectOption({ label: '设为免费' })
    await dialog.getByText(/会修改 1 项/).waitFor()
    await looksSound(win, 'bulk-lessons')
    await change.click()
    await page.getByText('已批量修改').waitFor()
    const now = await ask('GET', `courses/${course.id}`)
    assert.equal(now.chapters.at(-1).lessons.at(-1).is_free, true)
  })
  await step(win, 'courses are changed together, after a choice', async () => {
    await page.goto('/admin/courses')
    await page.getByLabel(`选择 ${course.title}`, { exact: true }).check()
    await page.getByRole('region', { name: '批量操作' }).getByRole('button', { name: '批量修改' }).click()
    const dialog = page.getByRole('dialog', { name: /批量修改 1 门课程/ })
    const change = dialog.getByRole('button', { name: '修改', exact: true })
    assert.ok(await change.isDisabled())
    await dialog.getByLabel('修改').selectOption({ label: '改分类' })
    await page.waitForTimeout(600)
    assert.ok(await change.isDisabled(), 'a category was not chosen')
    await dialog.getByLabel('修改').selectOption({ label: '加标签' })
    await dialog.getByLabel('标签', { exact: true }).fill('入门')
    await dialog.getByLabel('标签', { exact: true }).blur()
    await dialog.getByText(/会修改 1 项/).waitFor()
    await looksSound(win, 'bulk-courses')
    await change.click()
    await page.getByText('已批量修改').waitFor()
    assert.ok((await ask('GET', `courses/${course.id}`)).tags.includes('入门'))
  })
  isSound(win)
  await win.context.close()
  const phone = await openWindow(browser, server.base, 'phone')
  await step(phone, 'a learner looks at what is only shown', async () => {
    await phone.page.goto('/me/certificates')
    await phone.page.getByRole('tab', { name: '短信登录' }).waitFor()
    await signInBySMS(phone, server.base, '13900000093')
    await phone.page.getByText('还没有证书').waitFor()
    const api = async (path, data, headers = {}) => (await phone.context.request.post(`/api/${path}`, { data, headers: { Origin: server.base, ...headers } })).json()
    const quote = await api('quotes', { sku_id: course.skus[0].id })
    await api('orders', { quote_token: quote.token, terms_confirmed: true }, { 'Idempotency-Key': 'library-e2e' })
    await phone.page.goto(`/learn/${free.id}`)
    await phone.page.getByText(/PNG · 在线查看/).click()
    await phone.page.getByText(/共 1 页，仅供在线查看/).waitFor()
    await phone.page.getByAltText('第 1 页').waitFor()
    await looksSound(phone, 'attachment')
  })
  isSound(phone)
})
