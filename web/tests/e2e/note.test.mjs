// Notes and questions, on the built binary and in a real browser: words of an article are marked and written about, found
// again after a reload; a question is asked, answered in the console, and the learner is told; favourites are kept.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isSound, launch, looksSound, openWindow, step } from './browser.mjs'
import { signInBySMS } from './learner.mjs'
import { startServer, until } from './server.mjs'
import { asStaff } from './staff.mjs'

let server, browser, lesson, course
before(async () => {
  server = await startServer('e2e-note')
  browser = await launch()
  const ask = await asStaff(server.base, 'operator', server.passwords.operator)
  course = (await ask('GET', 'courses')).items.find((c) => c.title === '每周一封写作信')
  lesson = (await ask('GET', `courses/${course.id}`)).chapters[0].lessons.find((l) => l.title.startsWith('为什么')).id
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

/** Selects letters of a paragraph of the article, as a finger or a mouse would. */
const select = (page, nth, from, to) => page.evaluate(([n, a, b]) => {
  const text = document.querySelectorAll('.read .prose p')[n].firstChild
  const range = document.createRange()
  range.setStart(text, a)
  range.setEnd(text, b)
  const sel = window.getSelection()
  sel.removeAllRanges()
  sel.addRange(range)
}, [nth, from, to])

test('an article is marked, written about, asked about and kept', async () => {
  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win
  const bar = page.getByRole('toolbar', { name: '选中的文字' })
  await step(win, 'words are marked and written about', async () => {
    await page.goto('/login')
    await signInBySMS(win, server.base, '13900000094')
    await until(async () => (await win.context.request.get('/api/me')).status() === 200, 'the learner to be signed in')
    await page.goto(`/learn/${lesson}`)
    await page.getByText('阿**').waitFor()
    await select(page, 0, 4, 20)
    await bar.getByRole('button', { name: '划线' }).click()
    await page.locator('mark.hl').waitFor()
    await select(page, 1, 3, 14)
    await bar.getByRole('button', { name: '写笔记' }).click()
    await page.getByRole('textbox', { name: '写下你的想法' }).fill('先数问号。')
    await looksSound(win, 'note-sheet')
    await page.getByRole('button', { name: '保存', exact: true }).click()
    await page.locator('mark.noted').waitFor()
  })
  await step(win, 'they are drawn again, and wait for nobody', async () => {
    await page.reload()
    await page.locator('mark.noted').waitFor()
    assert.equal(await page.locator('mark.hl').count(), 2)
    assert.equal(await page.locator('mark.noted').innerText(), '信翻出来，圈出所有带问')
    await looksSound(win, 'lesson-notes')
    await page.locator('mark.noted').click()
    await until(async () => (await page.getByRole('textbox', { name: '写下你的想法' }).inputValue()) === '先数问号。', 'the note to be open')
    await page.getByRole('button', { name: '关闭' }).click()
  })
  await step(win, 'a question is asked and waits', async () => {
    await page.getByRole('tab', { name: '问答' }).click()
    await page.getByRole('button', { name: '提问', exact: true }).click()
    await page.getByRole('textbox', { name: /哪里不明白/ }).fill('邮件里能用表情吗？')
    await page.getByRole('button', { name: '提交问题' }).click()
    await page.getByText('审核中，只有你能看到').first().waitFor()
  })
  const desk = await openWindow(browser, server.base, 'desktop')
  await step(desk, 'staff let it pass and answer it', async () => {
    await desk.page.goto('/admin/')
    await desk.page.getByLabel('登录名').fill('operator')
    await desk.page.getByLabel('密码', { exact: true }).fill(server.passwords.operator)
    await desk.page.getByRole('button', { name: '登录', exact: true }).click()
    await desk.page.getByRole('navigation', { name: '主菜单' }).first().waitFor()
    await desk.page.goto('/admin/moderation')
    await desk.page.getByText('邮件里能用表情吗？').waitFor()
    await looksSound(desk, 'moderation')
    await desk.page.locator('li', { hasText: '邮件里能用表情吗？' }).getByRole('button', { name: '通过' }).click()
    await desk.page.getByText('已公开 1 条').waitFor()
    await desk.page.goto('/admin/lesson-questions')
    await desk.page.getByRole('button', { name: '邮件里能用表情吗？' }).click()
    await desk.page.getByLabel('回答', { exact: true }).fill('给熟人可以，一封一个就够。')
    await looksSound(desk, 'answer')
    await desk.page.getByRole('button', { name: '回答', exact: true }).click()
    await desk.page.getByText('已回答，学员会收到消息').waitFor()
  })
  await step(win, 'the learner is told, and says that it helped', async () => {
    await page.goto('/me/notices')
    await page.getByText('你的提问有了回答').click()
    await page.getByText('给熟人可以，一封一个就够。').waitFor()
    await page.getByRole('button', { name: '采纳这个回答' }).click()
    await page.getByText('已采纳').waitFor()
    await looksSound(win, 'question')
  })
  await step(win, 'the course is kept, and the notes are found', async () => {
    await page.goto(`/course/${course.id}`)
    await page.getByRole('button', { name: '收藏', exact: true }).click()
    await page.getByRole('button', { name: '取消收藏' }).waitFor()
    await page.goto('/me/favourites')
    await page.getByText('每周一封写作信').first().waitFor()
    await looksSound(win, 'favourites')
    await page.goto('/me/notes')
    await page.getByRole('textbox', { name: '在我的笔记里找' }).fill('问号')
    await page.getByRole('button', { name: '搜索', exact: true }).click()
    await page.getByText('含「问号」的笔记').waitFor()
    await page.getByText('先数问号。').waitFor()
    await looksSound(win, 'notes')
  })
  isSound(win)
  isSound(desk)
})
