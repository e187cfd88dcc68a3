// Rewards, on the built binary and in a real browser: a lesson wins a badge and a chance, the chance is drawn, points are
// exchanged, a friend comes by a share and counts; staff see the draws and the rules by which rewards are judged.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, looksSound, openWindow, step } from './browser.mjs'
import { signInBySMS } from './learner.mjs'
import { startServer, until } from './server.mjs'
import { asStaff } from './staff.mjs'

let server, browser, course
before(async () => {
  server = await startServer('e2e-campaign')
  browser = await launch()
  const ask = await asStaff(server.base, 'operator', server.passwords.operator)
  const { id } = (await ask('GET', 'courses')).items.find((c) => c.title === '从一碗米饭开始')
  course = await (await fetch(`${server.base}/api/courses/${id}`)).json()
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

test('study earns a chance, a badge and points, and a friend who comes counts', async () => {
  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win
  const api = async (method, path, data, headers = {}) => {
    const r = await win.context.request.fetch(`/api/${path}`, { method, data, headers: { Origin: server.base, ...headers } })
    assert.ok(r.ok(), `${path} answered ${r.status()}: ${await r.text()}`)
    return r.json()
  }
  await step(win, 'a newcomer sees what is open, and that nothing is won yet', async () => {
    await page.goto('/login')
    await signInBySMS(win, server.base, '13900000261')
    await until(async () => (await win.context.request.get('/api/me')).status() === 200, 'the learner to be signed in')
    await page.goto('/campaigns')
    await page.getByText('学一课，抽一张卡').waitFor()
    await looksSound(win, 'campaigns')
    await page.getByText('新人的头七天').click()
    await page.getByText('迈出第一步').waitFor()
    assert.equal(await page.getByText('未达成').count(), 3)
    await looksSound(win, 'campaign-journey')
    await page.goto('/me/badges')
    await page.getByText('泊岸').waitFor()
    await looksSound(win, 'badges-none')
    await page.goto('/me/checks')
    await page.getByText('没有核查记录').waitFor()
  })
  await step(win, 'a finished lesson is the first step, a badge and a chance', async () => {
    const quote = await api('POST', 'quotes', { sku_id: course.skus[0].id })
    await api('POST', 'orders', { quote_token: quote.token, terms_confirmed: true }, { 'Idempotency-Key': 'campaign-e2e' })
    const [lesson] = course.chapters.flatMap((c) => c.lessons)
    await api('POST', `lessons/${lesson.id}/read`, { seq: 1, screens: [], position_permille: 0 })
    await fetch(`${server.base}/sandbox/panel/do/clock`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ seconds: '600' }) })
    const { screens } = await api('GET', `lessons/${lesson.id}`)
    await api('POST', `lessons/${lesson.id}/read`, { seq: 2, position_permille: 1000, screens: Array.from({ length: screens }, (_, i) => ({ screen: i + 1, ms: Math.floor(590_000 / screens) })) })
    await page.goto('/me/badges')
    await page.getByText('启程', { exact: true }).waitFor()
    await page.getByText('1 / 10 课').waitFor()
    await looksSound(win, 'badges')
    await page.goto('/campaigns')
    await page.getByText('新人的头七天').click()
    await page.getByRole('button', { name: '领取' }).click()
    await page.getByText('「迈出第一步」已经给你').waitFor()
    await looksSound(win, 'campaign-claimed')
  })
  await step(win, 'the chance is drawn by published odds', async () => {
    await page.goto('/campaigns')
    await page.getByText('学一课，抽一张卡').click()
    await page.getByText('次机会', { exact: true }).waitFor()
    for (const odds of ['5%', '35%']) await page.getByText(odds, { exact: true }).waitFor()
    assert.equal(await page.getByText('30%', { exact: true }).count(), 2)
    const answer = page.waitForResponse((r) => r.url().endsWith('/draws'))
    await page.getByRole('button', { name: '抽一次' }).click()
    const drawn = await (await answer).json()
    assert.ok(drawn.roll >= 0 && drawn.roll < 1_000_000)
    await page.getByText(`随机数 ${drawn.roll}`).waitFor()
    await looksSound(win, 'campaign-drawn')
  })
  await step(win, 'points are exchanged for material, once', async () => {
    await page.goto('/me/points')
    await page.getByText('去积分商城兑换').click()
    await page.getByText('写作自查清单').first().waitFor()
    await looksSound(win, 'points-shop')
    await page.getByRole('button', { name: /兑换.*写作自查清单/ }).click()
    await page.getByRole('dialog', { name: '确认兑换' }).getByRole('button', { name: '兑换' }).click()
    await page.getByText('第一句是结论吗').waitFor()
    await looksSound(win, 'points-shop-done')
    await page.getByRole('button', { name: '好', exact: true }).click()
    await page.getByText('已兑换', { exact: true }).waitFor()
    await page.goto('/me/redemptions')
    await page.getByText('第一句是结论吗').waitFor()
    await looksSound(win, 'redemptions')
  })
  let shared
  await step(win, 'a campaign is handed on', async () => {
    await page.goto('/campaigns')
    await page.getByText('和朋友一起解锁十元券').click()
    await page.getByRole('button', { name: '分享给朋友' }).click()
    const answer = page.waitForResponse((r) => r.url().endsWith('/api/shares'))
    await page.getByRole('button', { name: '复制链接' }).click()
    shared = await (await answer).json()
  })
  const friend = await openWindow(browser, server.base, 'tablet')
  await step(friend, 'a friend comes by it and registers', async () => {
    await friend.page.goto(new URL(shared.url).pathname)
    await friend.page.getByText('和朋友一起解锁十元券').waitFor()
    await looksSound(friend, 'campaign-friend-tablet')
    await friend.page.getByText('请你来').waitFor()
    await friend.page.getByRole('button', { name: '登录或注册' }).click()
    await signInBySMS(friend, server.base, '13900000262')
    await until(async () => (await friend.context.request.get('/api/me')).status() === 200, 'the friend to be signed in')
  })
  await step(win, 'and counts', async () => {
    await page.goto(`/campaign/${shared.target_id}`)
    await page.getByText('位朋友已经算上').waitFor()
    await page.getByText('1 / 2').waitFor()
    await looksSound(win, 'campaign-assist')
  })
  for (const size of ['tablet', 'desktop']) {
    const wide = await openWindow(browser, server.base, size, { storageState: await win.context.storageState() })
    await step(wide, `on a ${size} it is as calm`, async () => {
      for (const [at, words, name] of [['/campaigns', '学一课，抽一张卡', 'campaigns'], [`/campaign/${shared.target_id}`, '位朋友已经算上', 'campaign'], ['/points-shop', '可用积分', 'points-shop'], ['/me/badges', '启程', 'badges'], ['/me/gifts', '迈出第一步', 'gifts']]) {
        await wide.page.goto(at)
        await wide.page.getByText(words).first().waitFor()
        await looksSound(wide, `${name}-${size}`)
      }
    })
  }
})

test('staff see what was drawn and by which rules rewards are judged', async () => {
  const win = await openWindow(browser, server.base, 'desktop')
  const { page } = win
  await step(win, 'campaigns with their log', async () => {
    await page.goto('/admin/')
    await page.getByLabel('登录名').fill('operator')
    await page.getByLabel('密码', { exact: true }).fill(server.passwords.operator)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.getByRole('navigation', { name: '主菜单' }).first().waitFor()
    await page.goto('/admin/campaigns')
    await page.getByText('学一课，抽一张卡').first().waitFor()
    await looksSound(win, 'console-campaigns')
    await page.getByRole('row', { name: /学一课，抽一张卡/ }).getByRole('button', { name: /记录/ }).click()
    await page.getByRole('columnheader', { name: '随机数' }).waitFor()
    await looksSound(win, 'console-draws')
    await page.getByRole('button', { name: '关闭' }).click()
    await page.getByRole('button', { name: '新建活动' }).click()
    await page.getByRole('button', { name: '保存活动' }).click()
    await until(() => page.getByLabel('标题').evaluate((x) => x === document.activeElement), 'the refused field to have the focus')
    await page.getByLabel('标题').fill('周末助力')
    await page.getByRole('button', { name: '加一样奖励' }).click()
    await page.getByLabel('名称').fill('十积分')
    await looksSound(win, 'console-campaign-new')
    await page.getByLabel('预算（元）').fill('100')
    await page.getByRole('button', { name: '保存活动' }).click()
    await page.getByText('周末助力').first().waitFor()
  })
  await step(win, 'the queue and its rules', async () => {
    await page.goto('/admin/risk')
    await page.getByText('没有待处理的核查').first().waitFor()
    await looksSound(win, 'console-risk')
    // An appeal that waits is seen without looking for it; the road makes none, so the count is told here.
    await page.route('**/api/console/risk/waiting', (r) => r.fulfill({ json: { cases: 0, appeals: 1 } }))
    await page.reload()
    await page.getByText('有 1 个申诉等待答复').waitFor()
    await looksSound(win, 'console-risk-appeal')
    await page.getByRole('button', { name: '看申诉' }).click()
    await until(() => page.getByRole('button', { name: /^申诉\s*1$/ }).getAttribute('aria-pressed').then((on) => on === 'true'), 'the appeals to be shown')
    await page.goto('/admin/risk/rules')
    await page.getByText('已验证手机（1 是 0 否）').first().waitFor()
    await looksSound(win, 'console-risk-rules')
  })
  await step(win, 'the points shop and badges', async () => {
    await page.goto('/admin/rewards')
    await page.getByText('写作自查清单').first().waitFor()
    await looksSound(win, 'console-rewards')
    await page.getByRole('button', { name: '新建商品' }).click()
    await page.getByLabel('种类').selectOption('material')
    await page.getByLabel('名称').fill('写作讲义')
    await page.getByLabel('选择文件').setInputFiles({ name: '讲义.txt', mimeType: 'text/plain', buffer: Buffer.from('先写结论') })
    await page.getByRole('button', { name: '换一个文件' }).waitFor()
    await page.getByText('讲义.txt').waitFor()
    await page.getByLabel('要多少积分').fill('1')
    await looksSound(win, 'console-goods-file')
    await page.getByRole('button', { name: '保存商品' }).click()
    await page.getByRole('cell', { name: '写作讲义' }).waitFor()
    await page.goto('/admin/rewards/redemptions')
    await page.getByText('写作自查清单').first().waitFor()
    await page.goto('/admin/rewards/badges')
    await page.getByText('善始善终').first().waitFor()
    await looksSound(win, 'console-badges')
  })
})

test('a file that points were exchanged for is downloaded', async () => {
  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win
  await step(win, 'for one point of the first day', async () => {
    await page.goto('/login')
    await signInBySMS(win, server.base, '13900000263')
    await until(async () => (await win.context.request.get('/api/me')).status() === 200, 'the learner to be signed in')
    assert.ok((await win.context.request.post('/api/me/sign-in', { headers: { Origin: server.base } })).ok())
    await page.goto('/points-shop')
    await page.getByRole('button', { name: /兑换.*写作讲义/ }).click()
    await page.getByRole('dialog', { name: '确认兑换' }).getByRole('button', { name: '兑换' }).click()
    await page.getByRole('button', { name: '好', exact: true }).click()
    await page.goto('/me/redemptions')
    const coming = page.waitForEvent('download')
    await looksSound(win, 'redemption-file')
    await page.getByRole('link', { name: '下载文件' }).click()
    const file = await coming
    assert.equal(file.suggestedFilename(), '讲义.txt')
  })
})
