// From asking to teach to the profile, on the built binary and in a real browser: a learner applies with a picture, the
// console looks at it and approves, the profile shows, and the instructor's console has only what is theirs.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isSound, launch, looksSound, openWindow, step } from './browser.mjs'
import { signInBySMS } from './learner.mjs'
import { asStaff, secure } from './staff.mjs'
import { startServer } from './server.mjs'

let server, browser
before(async () => {
  server = await startServer('e2e-instructor')
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

async function enter(desk, login, password) {
  await desk.page.goto('/admin/')
  await desk.page.getByLabel('登录名').fill(login)
  await desk.page.getByLabel('密码', { exact: true }).fill(password)
  await desk.page.getByRole('button', { name: '登录', exact: true }).click()
  await desk.page.getByRole('navigation', { name: '主菜单' }).first().waitFor()
}

test('a learner becomes an instructor', async () => {
  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win
  await step(win, 'a learner applies with a picture', async () => {
    await page.goto('/me/teach')
    await page.getByRole('button', { name: '去登录' }).click()
    await signInBySMS(win, server.base, '13900000093')
    await page.getByLabel('姓名或笔名').fill('林一舟')
    await page.getByLabel('头衔').fill('写作教练')
    await page.getByLabel('想教什么').fill('写作、沟通')
    await page.getByRole('textbox', { name: /做过什么/ }).fill('做了十二年编辑，改过上千封邮件，想把经验讲给更多人听。')
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: /添加材料/ }).click()
    await (await chooser).setFiles({ name: '证书.png', mimeType: 'image/png', buffer: await page.screenshot() })
    await page.getByText('添加材料（1/5）').waitFor()
    await looksSound(win, 'teach-form')
    await page.getByRole('button', { name: '提交申请' }).click()
    await page.getByText('正在审核').waitFor()
    await looksSound(win, 'teach-pending')
  })
  const desk = await openWindow(browser, server.base, 'desktop')
  await step(desk, 'the console looks at the paper and approves', async () => {
    await enter(desk, 'operator', server.passwords.operator)
    await desk.page.goto('/admin/instructor-applications')
    await desk.page.getByRole('button', { name: '林一舟' }).click()
    const download = desk.page.waitForEvent('download')
    await desk.page.getByRole('link', { name: /证书/ }).click()
    assert.match((await download).suggestedFilename(), /证书/)
    await looksSound(desk, 'console-application')
    await desk.page.getByRole('button', { name: '通过', exact: true }).click()
    await desk.page.getByText('讲师主页已建好').waitFor()
  })
  let id
  await step(win, 'the profile shows', async () => {
    await page.reload()
    await page.getByRole('link', { name: '看我的讲师主页' }).click()
    await page.getByRole('heading', { name: '林一舟' }).waitFor()
    await page.getByText('课程还在准备').waitFor()
    id = Number(page.url().match(/teacher\/(\d+)/)[1])
    await looksSound(win, 'teacher')
  })
  await step(win, 'a course leads to its instructor', async () => {
    const { items } = await (await fetch(`${server.base}/api/courses?limit=50`)).json()
    await page.goto(`/course/${items[0].id}`)
    await page.getByRole('link', { name: '讲师主页' }).click()
    await page.getByRole('heading', { name: items[0].instructor_name }).waitFor()
    await page.getByText(items[0].title).first().waitFor()
    await looksSound(win, 'teacher-courses')
  })
  const own = await openWindow(browser, server.base, 'desktop')
  await step(own, 'the instructor sees an own, empty console', async () => {
    const owner = await asStaff(server.base, 'owner', server.passwords.owner)
    await secure(owner)
    await owner('POST', 'staff', { login: 'linyizhou', name: '林一舟', role: 'instructor', password: 'correct horse 9', instructor_id: id })
    await enter(own, 'linyizhou', 'correct horse 9')
    await own.page.goto('/admin/income')
    await own.page.getByRole('heading', { name: '我的收入' }).waitFor()
    await own.page.getByText('这个月没有收入').waitFor()
    await looksSound(own, 'console-income')
    assert.equal(await own.page.getByRole('link', { name: '优惠券' }).count(), 0)
  })
  for (const w of [win, desk, own]) isSound(w)
})
