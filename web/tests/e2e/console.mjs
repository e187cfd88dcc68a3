import assert from 'node:assert/strict'
import { looksSound } from './browser.mjs'
import { until } from './server.mjs'
import { totp } from './totp.mjs'

/** Signs a member of staff in on screen; a role that must have a second factor sets it up. */
export async function signInToConsole(win, login, password) {
  const { page } = win
  await page.goto('/admin/')
  await page.getByLabel('登录名').fill(login)
  await page.getByLabel('密码', { exact: true }).fill(password)
  await looksSound(win, 'console-login')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('heading', { name: '设置两步验证' }).waitFor()
  await page.getByRole('img', { name: /两步验证密钥/ }).waitFor()
  await looksSound(win, 'console-enrol')
  const secret = await until(async () => /^[A-Z2-7]{16,}$/.exec((await page.locator('.key').innerText()).replace(/\s/g, ''))?.[0], 'the secret')
  await page.getByLabel('动态码').fill(totp(secret))
  await page.getByRole('button', { name: '开启两步验证' }).click()
  assert.ok(await until(() => page.getByRole('list', { name: '恢复码' }).getByRole('listitem').count(), 'the recovery codes') >= 8)
  await page.getByRole('checkbox', { name: /我已把恢复码保存/ }).check()
  await page.getByRole('button', { name: '进入控制台' }).click()
  await page.getByRole('navigation', { name: '主菜单' }).first().waitFor()
}

const saved = (page) => page.getByText(/已自动保存/).first().waitFor()

async function fillInfo(win, title) {
  const { page } = win
  await page.getByRole('link', { name: '资料' }).click()
  await page.getByLabel('一句话承诺').fill('从上传到退款，走完一整条路。')
  await page.getByRole('textbox', { name: '课程介绍' }).fill(`「${title}」是一门真实上传、真实付款的课。`)
  const choose = async (label) => {
    const select = page.getByLabel(label, { exact: true })
    await until(async () => (await select.locator('option').count()) > 1, `choices of ${label}`)
    await select.selectOption({ index: 1 })
  }
  await choose('讲师')
  await choose('分类')
  await page.getByRole('switch', { name: '首页推荐' }).click()
  await saved(page)
  await looksSound(win, 'console-course-info')
}

async function uploadLesson(win, file, previewS) {
  const { page } = win
  await page.getByRole('link', { name: '大纲与课时' }).click()
  await page.getByRole('button', { name: '章', exact: true }).click()
  await page.getByLabel('章名').fill('开始')
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await page.getByRole('button', { name: '课时', exact: true }).click()
  await page.getByRole('dialog').getByLabel('标题').fill('第一课 录像')
  await page.getByRole('button', { name: '建立课时' }).click()
  await page.getByRole('heading', { name: '第 1 课' }).waitFor()
  await page.getByLabel('选择视频文件').setInputFiles(file)
  await page.getByRole('progressbar', { name: /^(上传|处理) / }).first().waitFor()
  await page.getByRole('switch', { name: '开放试看' }).click()
  await page.getByLabel('试看秒数').fill(String(previewS))
  await page.getByLabel('试看秒数').blur()
  await saved(page)
  await looksSound(win, 'console-course-outline')
  await page.getByText('已就绪').first().waitFor({ timeout: 180_000 })
}

async function writeArticle(win) {
  const { page } = win
  await page.getByRole('button', { name: '课时', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('标题').fill('第二课 讲义')
  await dialog.getByRole('group', { name: '形式' }).getByRole('button', { name: '图文' }).click()
  await page.getByRole('button', { name: '建立课时' }).click()
  await page.getByRole('heading', { name: '第 2 课' }).waitFor()
  await page.getByRole('textbox', { name: '正文' }).fill('付费之后才看得到的一段话。')
  await saved(page)
}

async function price(win, priceFen) {
  const { page } = win
  await page.getByRole('link', { name: '售卖' }).click()
  await page.getByRole('button', { name: '规格', exact: true }).click()
  await page.getByLabel('规格名').fill('长期有效')
  await page.getByLabel('价格（元）').fill(String(priceFen / 100))
  await page.getByRole('button', { name: '保存规格' }).click()
  await page.getByRole('cell', { name: `¥${priceFen / 100}` }).or(page.getByRole('cell', { name: new RegExp(`${priceFen / 100}`) })).first().waitFor()
  await page.getByLabel(/学习不超过/).fill('100')
  await page.getByRole('button', { name: '保存规则' }).click()
  await page.getByText('退款规则已保存').first().waitFor()
  await looksSound(win, 'console-course-sell')
}

/** Makes a course on screen: uploads `file` as its lesson with a preview, prices and publishes it. */
export async function publishCourse(win, { title, file, previewS, priceFen }) {
  const { page } = win
  await page.goto('/admin/courses')
  await looksSound(win, 'console-courses')
  await page.getByRole('button', { name: '新建课程' }).first().click()
  await page.getByRole('dialog').getByLabel('课程名').fill(title)
  await page.getByRole('button', { name: '建立草稿' }).click()
  await page.waitForURL(/\/admin\/courses\/\d+/)
  const id = Number(/courses\/(\d+)/.exec(page.url())[1])
  await fillInfo(win, title)
  await uploadLesson(win, file, previewS)
  await writeArticle(win)
  await price(win, priceFen)
  await page.getByRole('button', { name: '上架', exact: true }).click()
  await page.getByRole('dialog').getByText('都齐了').or(page.getByRole('button', { name: '现在上架' })).first().waitFor()
  await looksSound(win, 'console-publish')
  await page.getByRole('button', { name: '现在上架' }).click()
  await page.getByRole('button', { name: '下架' }).waitFor()
  return { id, title }
}

/** Approves on screen the refund that waits for the course. */
export async function approveRefund(win, title) {
  const { page } = win
  await page.goto('/admin/refunds')
  const card = page.getByRole('article').filter({ hasText: title })
  await card.getByRole('button', { name: '同意' }).click()
  await card.getByLabel('给学员的话').fill('已同意，欢迎再来。')
  await looksSound(win, 'console-refund')
  await card.getByRole('button', { name: /^同意退款/ }).click()
  await card.waitFor({ state: 'detached' })
}
