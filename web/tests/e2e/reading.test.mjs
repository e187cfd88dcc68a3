// Texts, on the built binary and in a real browser: an article is written in the console's editor and from a file, bought,
// read under its reader's mark, copied no further than a quote, and found again where it was left; an e-book is tried.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isSound, launch, looksSound, openWindow, picture, step } from './browser.mjs'
import { payInSandbox, signInBySMS } from './learner.mjs'
import { startServer, until } from './server.mjs'
import { epub } from './epub.mjs'
import { asStaff } from './staff.mjs'

let server, browser, ask, course, lesson
const PHONE = '13900000071'
const signIn = async (win) => {
  await win.page.goto('/login')
  await signInBySMS(win, server.base, PHONE)
  await until(async () => (await win.context.request.get('/api/me')).status() === 200, 'the learner to be signed in')
}

before(async () => {
  server = await startServer('e2e-reading')
  browser = await launch()
  ask = await asStaff(server.base, 'operator', server.passwords.operator)
  course = await until(async () => (await (await fetch(`${server.base}/api/courses?limit=50`)).json()).items.find((c) => c.title === '看懂一张报表'), 'the course to be on sale', 180_000, 500)
  const { chapters } = await ask('GET', `courses/${course.id}`)
  lesson = (await ask('POST', `courses/${course.id}/lessons`, { chapter_id: chapters[0].id, form: 'article', title: '毛利与净利' })).id
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

test('an article is written in the editor and from a file', async () => {
  const win = await openWindow(browser, server.base, 'desktop')
  const { page } = win
  await page.goto('/admin/')
  await page.evaluate((password) => fetch('/api/console/auth/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login: 'operator', password }) }), server.passwords.operator)
  await page.goto(`/admin/courses/${course.id}/outline`)
  const text = page.getByRole('textbox', { name: '正文' })

  await step(win, 'words, a table and a formula', async () => {
    await page.locator('button.pick', { hasText: '毛利与净利' }).click()
    await page.locator('#l-title').and(page.locator(':visible')).waitFor()
    await until(async () => (await page.locator('#l-title').inputValue()) === '毛利与净利', 'the lesson to be open')
    await text.click()
    await page.keyboard.type('卖出去的钱，减去货的成本，就是毛利。')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: '公式', exact: true }).click()
    await page.getByLabel('TeX 源码').fill('\\frac{收入-成本}{收入}')
    await page.locator('.show math').waitFor()
    await picture(win, 'formula')
    await page.getByRole('button', { name: '放进正文' }).click()
    await page.locator('.tiptap .tex math').waitFor()
    await page.getByRole('button', { name: '表格', exact: true }).click()
    await page.getByRole('button', { name: '加一行' }).waitFor()
    await page.keyboard.type('项目')
  })

  await step(win, 'a file is looked at, with what it lost, before it is put in', async () => {
    await page.getByRole('button', { name: '从文件导入' }).click()
    const md = `## 从毛利到净利\n\n${'毛利还要付房租、工资和水电，剩下的才是净利。'.repeat(120)}\n\n![网图](https://example.com/a.png)\n\n\`\`\`\n${'毛利 - 费用 = 净利；'.repeat(12)}\n\`\`\`\n`
    await page.getByLabel('选择要导入的文件').setInputFiles({ name: '净利.md', mimeType: 'text/markdown', buffer: Buffer.from(md) })
    await page.getByText('网上的图片不会替你下载，请保存后在编辑器里上传').waitFor()
    await looksSound(win, 'import')
    await page.getByRole('button', { name: '接在正文后面' }).click()
    await page.getByRole('heading', { name: '从毛利到净利' }).first().waitFor()
    await until(async () => /净利/.test((await ask('GET', `lessons/${lesson}`)).body_html), 'the article to be saved')
    await looksSound(win, 'article-editor')
  })
  const { body_html: saved } = await ask('GET', `lessons/${lesson}`)
  for (const part of ['<math>', '<th', '<h2>从毛利到净利</h2>', '<pre><code>']) assert.ok(saved.includes(part), `${part} is missing in ${saved.slice(0, 400)}`)
  isSound(win)
  await win.context.close()
})

test('it is bought, read under the reader’s mark, and found again where it was left', async () => {
  const win = await openWindow(browser, server.base, 'desktop')
  const { page } = win
  await step(win, 'nobody reads it unpaid', async () => {
    await page.goto(`/learn/${lesson}`)
    await page.getByText('登录').first().waitFor()
    assert.ok(!(await page.content()).includes('才是净利'))
    await signIn(win)
    await page.goto(`/course/${course.id}`)
  })
  await step(win, 'bought', async () => {
    await page.getByRole('button', { name: '立即购买' }).locator('visible=true').first().click()
    await page.getByRole('checkbox', { name: '我已阅读并确认购买须知' }).click()
    await page.getByRole('button', { name: '68' }).click()
    await payInSandbox(win, server.base)
    await until(async () => (await (await win.context.request.get(`/api/courses/${course.id}/mine`)).json()).owned, 'the course to be open')
  })
  await step(win, 'read', async () => {
    await page.goto(`/learn/${lesson}`)
    await page.locator('.read math').first().waitFor()
    await page.locator('.read-mark').waitFor({ state: 'attached' })
    await looksSound(win, 'article')
    const copied = await page.evaluate(() => {
      getSelection().selectAllChildren(document.querySelector('.read'))
      const data = new DataTransfer()
      document.dispatchEvent(new ClipboardEvent('copy', { clipboardData: data, cancelable: true, bubbles: true }))
      return data.getData('text/plain') || `nothing, of ${String(getSelection()).length} selected in ${getSelection().rangeCount} ranges`
    })
    assert.ok(copied.length < 200 && copied.includes('付费内容每次最多复制 100 字'), copied)
    await page.evaluate(() => window.scrollTo(0, 1200))
    const told = page.waitForResponse((r) => r.url().endsWith('/read') && r.request().postDataJSON().position_permille > 0)
    assert.equal((await told).status(), 200)
  })
  await step(win, 'on another device it goes on there', async () => {
    const other = await openWindow(browser, server.base, 'phone')
    await other.context.addCookies(await win.context.cookies())
    await other.page.goto(`/learn/${lesson}`)
    await other.page.locator('.read').waitFor()
    await until(() => other.page.evaluate(() => window.scrollY > 300), 'the place to be found')
    await looksSound(other, 'article-on')
    isSound(other)
    await other.context.close()
  })
  isSound(win)
  await win.context.close()
})

test('an e-book is taken in and read chapter by chapter', async () => {
  const form = await ask('GET', `courses/${course.id}`)
  const book = (await ask('POST', `courses/${course.id}/lessons`, { chapter_id: form.chapters[0].id, form: 'ebook', title: '面馆手记' })).id
  const win = await openWindow(browser, server.base, 'desktop')
  const { page } = win
  await step(win, 'the file is chosen in the console', async () => {
    await page.goto('/admin/')
    await page.evaluate((password) => fetch('/api/console/auth/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login: 'operator', password }) }), server.passwords.operator)
    await page.goto(`/admin/courses/${course.id}/outline`)
    await page.locator('button.pick', { hasText: '面馆手记' }).click()
    await page.locator('input[accept*="epub"]').setInputFiles({ name: '面馆手记.epub', mimeType: 'application/epub+zip', buffer: epub() })
    await page.getByText('2 章').first().waitFor()
    await until(async () => (await ask('GET', `lessons/${book}`)).ebook, 'the lesson to have its book')
    const l = await ask('GET', `lessons/${book}`)
    await ask('PUT', `lessons/${book}`, { title: l.title, is_free: false, preview_ms: 0, ebook_id: l.ebook_id, preview_pages: 1 })
    await looksSound(win, 'book-console')
  })
  await step(win, 'anybody reads the first chapter', async () => {
    await page.goto(`/book/${book}`)
    await page.getByText('面汤要天不亮就熬').first().waitFor()
    await page.getByText('试读到这里').waitFor()
    await page.getByRole('button', { name: '字大一点' }).click()
    await looksSound(win, 'book')
    await page.getByRole('button', { name: '目录' }).click()
    await page.getByText('购买后可读').waitFor({ state: 'attached' })
  })
  isSound(win)
  await win.context.close()
  const phone = await openWindow(browser, server.base, 'phone')
  await step(phone, 'and on a phone', async () => {
    await phone.page.goto(`/book/${book}`)
    await phone.page.getByText('面汤要天不亮就熬').first().waitFor()
    await looksSound(phone, 'book')
  })
  isSound(phone)
  await phone.context.close()
})
