// How a school draws its evidence cards, what its mentors and others say on them, and a picture held beside the school's own,
// on the built binary and in a real browser.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, looksSound, openWindow, step } from './browser.mjs'
import { asking, readFirst, signInBySMS } from './learner.mjs'
import { startServer, until } from './server.mjs'
import { asStaff } from './staff.mjs'

let server, browser, course
before(async () => {
  server = await startServer('e2e-card')
  browser = await launch()
  const ask = await asStaff(server.base, 'operator', server.passwords.operator)
  const { id } = (await ask('GET', 'courses')).items.find((c) => c.title === '从一碗米饭开始')
  course = await (await fetch(`${server.base}/api/courses/${id}`)).json()
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

const picture = async (path) => Buffer.from(await (await fetch(server.base + path)).arrayBuffer())

test('a school draws, says and checks what its cards show', async () => {
  const win = await openWindow(browser, server.base, 'phone')
  let card
  await step(win, 'somebody has a card', async () => {
    await win.page.goto('/login')
    await signInBySMS(win, server.base, '13900000391')
    await until(async () => (await win.context.request.get('/api/me')).status() === 200, 'the learner to be signed in')
    await readFirst(win, server.base, course, asking(win, server.base))
    card = (await asking(win, server.base)('GET', 'me/cards')).items.find((c) => c.kind === 'lesson')
    assert.ok(card)
  })
  const plain = await picture(card.image_url)

  const desk = await openWindow(browser, server.base, 'desktop')
  await step(desk, 'staff draw a template and see it as it will be', async () => {
    const { page } = desk
    await page.goto('/admin/')
    await page.getByLabel('登录名').fill('operator')
    await page.getByLabel('密码', { exact: true }).fill(server.passwords.operator)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.getByRole('navigation', { name: '主菜单' }).first().waitFor()
    await page.goto('/admin/card-templates')
    await page.getByText('还没有自己的模板').waitFor()
    await looksSound(desk, 'console-card-templates-empty')
    await page.getByRole('button', { name: '新建模板' }).first().click()
    const drawn = page.getByAltText('这个模板画出来的证据卡')
    await until(() => drawn.evaluate((img) => img.complete && img.naturalWidth === 1080), 'the first drawing')
    await page.getByLabel('名称').fill('红帆')
    const before = await drawn.getAttribute('src')
    await page.getByRole('button', { name: '色块' }).first().click()
    await page.getByLabel('颜色').fill('#f9e3dc')
    await until(async () => (await drawn.getAttribute('src')) !== before, 'the drawing to change')
    await page.getByRole('button', { name: '{title}', exact: true }).click()
    const box = page.getByRole('group', { name: /选中的图层/ })
    const at = await page.getByLabel('上', { exact: true }).inputValue()
    await box.focus()
    await page.keyboard.press('Shift+ArrowDown')
    assert.equal(Number(await page.getByLabel('上', { exact: true }).inputValue()), Number(at) + 10)
    await looksSound(desk, 'console-card-template')
    await page.getByRole('button', { name: '方版', exact: true }).click()
    await until(() => drawn.evaluate((img) => img.naturalHeight === 1080), 'the square one')
    await page.getByLabel('用哪种里程碑预览').selectOption('days')
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByRole('button', { name: '启用' }).click()
    await page.getByText('使用中').waitFor()
    const now = await picture(card.image_url)
    assert.ok(!now.equals(plain), 'the card is drawn by the new template')
  })
  await step(desk, 'a mentor writes by a template, changes it and approves', async () => {
    const { page } = desk
    await page.goto('/admin/mentor-patterns')
    await page.getByText('还没有寄语模板').waitFor()
    await page.getByRole('button', { name: '新建' }).click()
    await page.getByLabel('名称').fill('学完一课')
    await page.getByLabel('寄语', { exact: true }).fill('太短')
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByText(/现在大约 2 个字/).waitFor()
    await page.getByLabel('寄语', { exact: true }).fill('{learner}，你{lead}「{title}」，用了 {minutes} 分钟。火候这件事，书上写不全，要自己站在灶前看着水汽慢慢升起来才算懂。今天这一碗饭，米香出来的那一刻你应该也闻到了。下一次，试着少放半勺水，再比一比两碗饭有什么不同，把你看到的写下来，我们一起看。')
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByText('学完一课').waitFor()
    await looksSound(desk, 'console-mentor-patterns')
    await page.goto('/admin/cards')
    await page.getByRole('button', { name: '批量写寄语' }).click()
    await page.getByRole('dialog', { name: '批量写寄语' }).getByLabel('寄语模板').waitFor()
    await looksSound(desk, 'console-mentor-fill')
    await page.getByRole('button', { name: '写草稿' }).click()
    await page.getByText(/写好 \d+ 条草稿/).waitFor()
    await page.getByRole('button', { name: '待批准' }).click()
    await page.getByText('火候这件事').first().waitFor()
    await page.getByLabel('选中本页待批准的').check()
    await looksSound(desk, 'console-cards')
    await page.getByRole('button', { name: /^批准 \d/ }).click()
    await page.getByText(/已批准 \d+ 条寄语/).waitFor()
  })
  await step(win, 'its owner finds the words on the card, light and dark', async () => {
    const { page } = win
    await page.goto(`/me/cards/${card.id}`)
    await page.getByText('火候这件事').waitFor()
    await page.getByRole('radio', { name: '深色' }).click()
    const img = page.getByRole('img', { name: /学习证据卡$/ })
    await until(() => img.evaluate((i) => i.complete && i.naturalWidth === 1080 && i.src.includes('card-dark.png')), 'the dark picture')
    await looksSound(win, 'card-own-dark')
  })
  const other = await openWindow(browser, server.base, 'phone')
  await step(other, 'a friend cheers, and is asked to wait for a look', async () => {
    const { page } = other
    await page.goto('/login')
    await signInBySMS(other, server.base, '13900000392')
    await until(async () => (await other.context.request.get('/api/me')).status() === 200, 'the friend to be signed in')
    await page.goto(`/card/${card.code}`)
    await page.getByText('导师寄语').waitFor()
    await page.getByRole('button', { name: '点赞' }).click()
    await page.getByRole('button', { name: /已赞/ }).waitFor()
    await page.getByLabel(/^留言/).fill('米香我隔着屏幕都闻到了')
    await page.getByRole('checkbox', { name: /助力/ }).click()
    await page.getByRole('button', { name: '发出' }).click()
    await page.getByText('已收到，审核后大家就能看到').waitFor()
    await looksSound(other, 'card-words')
  })
  await step(desk, 'staff look at the words', async () => {
    const { page } = desk
    await page.goto('/admin/moderation')
    await page.getByText('米香我隔着屏幕都闻到了').waitFor()
    await page.locator('.case').filter({ hasText: '米香我隔着屏幕' }).getByRole('button', { name: '通过', exact: true }).click()
    await page.getByText('已公开 1 条').waitFor()
  })
  const stranger = await openWindow(browser, server.base, 'tablet')
  await step(stranger, 'a stranger reads them, and holds pictures beside the card', async () => {
    const { page } = stranger
    await page.goto(`/card/${card.code}`)
    await page.getByText('米香我隔着屏幕都闻到了').waitFor()
    const hold = async (body) => {
      const chooser = page.waitForEvent('filechooser')
      await page.getByText('选一张图片核对').click()
      await (await chooser).setFiles({ name: 'card.png', mimeType: 'image/png', buffer: body })
    }
    await hold(await picture(card.image_url))
    await page.getByText('和学校画的一致').waitFor()
    await hold(plain)
    await page.getByText(/有 \d+ 处和学校画的不一样/).waitFor()
    await looksSound(stranger, 'card-compare')
  })
  await step(desk, 'a card that was not earned is taken back', async () => {
    const { page } = desk
    await page.goto('/admin/cards')
    await page.getByPlaceholder('证据卡编号').fill(card.code)
    await page.getByPlaceholder('证据卡编号').press('Enter')
    await until(async () => (await page.locator('.case').count()) === 1, 'one card')
    await page.getByRole('button', { name: '撤销这张卡' }).click()
    await page.getByLabel('原因').fill('课是别人代看的')
    await page.getByRole('button', { name: '撤销', exact: true }).click()
    await page.getByText('这张证据卡已撤销').waitFor()
    await page.getByText('课是别人代看的').waitFor()
    await stranger.page.reload()
    await stranger.page.getByText('这张证据卡已经撤销').waitFor()
    assert.equal((await fetch(server.base + card.image_url)).status, 409)
  })
  await step(desk, 'staff see how learning spreads', async () => {
    const { page } = desk
    const shared = await asking(win, server.base)('POST', 'shares', { kind: 'course', id: course.id, channel: 'friend', key: 'growth-e2e-1' })
    await asking(other, server.base)('POST', 'visits', { code: shared.code, visitor: 'another-browser-of-a-friend' })
    await page.goto('/admin/shares')
    await page.getByRole('button', { name: '从一碗米饭开始' }).first().click()
    await page.getByText('它是怎么来的').waitFor()
    await page.getByText('还没有人接着分享').waitFor()
    await looksSound(desk, 'console-share-path')
    await fetch(`${server.base}/sandbox/panel/do/clock`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ seconds: '86400' }) })
    await page.goto('/admin/')
    await page.getByLabel('登录名').fill('operator')
    await page.getByLabel('密码', { exact: true }).fill(server.passwords.operator)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.getByRole('navigation', { name: '主菜单' }).first().waitFor()
    await page.goto('/admin/growth')
    await page.getByRole('img', { name: /^增长回路/ }).waitFor()
    await page.getByText(/^\d+ 次分享带来/).waitFor()
    await page.getByRole('heading', { name: '提升' }).waitFor()
    await page.getByText('证据卡提升（分享率）').waitFor()
    await looksSound(desk, 'console-growth')
  })
})
