// Prices for one person, on the built binary and in a real browser: points pay a part, a friend cuts a bargain, what is
// left of a lower membership pays for a higher one, and a price experiment shows what it charges.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isSound, launch, looksSound, openWindow, step } from './browser.mjs'
import { payInSandbox, signInBySMS } from './learner.mjs'
import { startServer, until } from './server.mjs'
import { asStaff, promote, sell } from './staff.mjs'
import { totp } from './totp.mjs'

let server, browser, ask, owner, writing, report, silver, gold
const published = (title) => until(async () => {
  const { items } = await (await fetch(`${server.base}/api/courses?limit=50`)).json()
  const found = items.find((c) => c.title === title)
  return found && (await fetch(`${server.base}/api/courses/${found.id}`)).json()
}, `${title} to be on sale`, 180_000, 500)

before(async () => {
  server = await startServer('e2e-pricing')
  browser = await launch()
  ;[writing, report] = await Promise.all(['把话写清楚', '看懂一张报表'].map((title) => published(title)))
  ask = await asStaff(server.base, 'operator', server.passwords.operator)
  owner = await asStaff(server.base, 'owner', server.passwords.owner)
  const { secret } = await owner('POST', 'me/totp/begin')
  await owner('POST', 'me/totp/enable', { code: totp(secret) })
  await owner('PUT', 'settings/points', { version: 0, value: { per_yuan: 100, max_share: 50, earn_per_yuan: 1, expiry_months: 12 } })
  await promote(ask, { kind: 'bargain', label: '请朋友砍', scope: { skus: [report.skus[0].id] }, price_fen: 4900, helpers: 3, help_hours: 24 })
  silver = await sell(ask, { kind: 'membership', title: '银卡', rank: 1, opens_all: true, skus: [{ name: '年卡', price_fen: 19900, period_days: 365 }] })
  gold = await sell(ask, { kind: 'membership', title: '金卡', rank: 2, opens_all: true, skus: [{ name: '年卡', price_fen: 39900, period_days: 365 }] })
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

const shown = (page, name) => page.getByRole('button', { name }).locator('visible=true').first()
const signIn = async (win, phone) => {
  await win.page.getByRole('tab', { name: '短信登录' }).waitFor()
  await signInBySMS(win, server.base, phone)
}

test('points pay a part, and a friend cuts a bargain', async () => {
  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win
  await step(win, 'points are shown, empty and given', async () => {
    await page.goto('/me/points')
    await signIn(win, '13900000021')
    await page.getByText('还没有积分记录').waitFor()
    const me = await (await win.context.request.get('/api/me')).json()
    const r = await fetch(`${server.base}/api/console/users/${me.id}/points`, { method: 'GET' })
    assert.equal(r.status, 401)
    await ask('POST', `users/${me.id}/points`, { points: 3000, reason: '活动奖励' }, 'points-e2e-1')
    await page.reload()
    await page.getByText('+3000').or(page.getByText('+3,000')).first().waitFor()
    await looksSound(win, 'points')
  })
  await step(win, 'the checkout takes them off when asked', async () => {
    await page.goto(`/checkout/${writing.skus[0].id}`)
    await page.getByText('可用 3000 积分抵 ¥30.00').first().waitFor()
    await page.getByRole('switch', { name: '用积分抵扣' }).click()
    await page.getByText('积分抵扣').first().waitFor()
    await looksSound(win, 'checkout-points')
  })
  let address = ''
  await step(win, 'a bargain begins on the course page', async () => {
    await page.goto(`/course/${report.id}`)
    await shown(page, '发起砍价').click()
    await page.waitForURL(/\/bargain\/\d+/)
    await page.getByText('还差 3 人到底价').waitFor()
    address = new URL(page.url()).pathname
    await looksSound(win, 'bargain-mine')
  })
  const friend = await openWindow(browser, server.base, 'desktop')
  await step(friend, 'a friend helps once', async () => {
    await friend.page.goto(address)
    await shown(friend.page, '砍一刀').click()
    await signIn(friend, '13900000022')
    await shown(friend.page, '砍一刀').click()
    await friend.page.getByText('你帮').first().waitFor()
    await looksSound(friend, 'bargain-helped')
  })
  isSound(win)
  isSound(friend)
})

test('a higher membership costs less for who has a lower one', async () => {
  const win = await openWindow(browser, server.base, 'desktop')
  const { page } = win
  await step(win, 'the lower one is bought', async () => {
    await page.goto(`/checkout/${silver.skus[0]}`)
    await signIn(win, '13900000023')
    await page.getByRole('checkbox', { name: '我已阅读并确认购买须知' }).click()
    await shown(page, '支付 ¥199.00').click()
    await payInSandbox(win, server.base)
    await page.getByText('支付成功').waitFor()
  })
  await step(win, 'the higher one says what is taken off, and why', async () => {
    await page.goto(`/product/${gold.id}`)
    await page.getByText('升级可抵').waitFor()
    await looksSound(win, 'upgrade-page')
    await page.goto(`/checkout/${gold.skus[0]}`)
    await page.getByText('按实付 ¥199.00 折').waitFor()
    await looksSound(win, 'upgrade-checkout')
  })
  isSound(win)
})

test('staff try a price and see its outcome', async () => {
  const win = await openWindow(browser, server.base, 'desktop')
  const { page } = win
  const { id } = await ask('PUT', 'experiments/0', {
    sku_id: writing.skus[0].id, name: '写作课降价', min_fen: 5000, ends_at: Date.now() + 86_400_000, variants: [{ label: '标价', price_fen: 0, weight: 1 }, { label: '低价', price_fen: 9900, weight: 999 }],
  })
  await ask('POST', `experiments/${id}/start`)
  const visitor = await openWindow(browser, server.base, 'phone')
  await step(visitor, 'a visitor sees the price that is charged', async () => {
    await visitor.page.goto(`/course/${writing.id}`)
    await visitor.page.getByText('¥99.00').first().waitFor()
    await looksSound(visitor, 'experiment-course')
  })
  await step(win, 'the console shows it', async () => {
    await page.goto('/admin/')
    await page.getByLabel('登录名').fill('operator')
    await page.getByLabel('密码').first().fill(server.passwords.operator)
    await page.getByRole('button', { name: '登录' }).click()
    await page.getByRole('link', { name: '价格实验' }).click()
    await page.getByRole('button', { name: '写作课降价' }).click()
    await page.getByText('95% 区间').first().waitFor()
    await looksSound(win, 'experiment')
  })
  await step(win, 'a bargain in the editor', async () => {
    await page.goto('/admin/promotions')
    await page.getByRole('button', { name: '请朋友砍', exact: true }).click()
    await page.getByLabel('底价（元）').waitFor()
    await looksSound(win, 'bargain-editor')
  })
  isSound(win)
  isSound(visitor)
})

test('agreements that became due are asked for on the spot, then the buyer chooses Alipay', async () => {
  const { version, value } = await owner('GET', 'settings/payment')
  value.policy['h5/digital_service'] = 'wechat_h5,alipay_wap'
  await owner('PUT', 'settings/payment', { version, value })
  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win
  await step(win, 'both ways are offered, the usual one first', async () => {
    await page.goto(`/checkout/${report.skus[0].id}`)
    await signIn(win, '13900000025')
    await page.getByRole('radio', { name: '微信支付', checked: true }).waitFor()
    await page.getByRole('radio', { name: '支付宝' }).click()
    await page.getByRole('radio', { name: '支付宝', checked: true }).waitFor()
    await looksSound(win, 'checkout-ways')
  })
  await step(win, 'a new privacy policy stops the order and nothing is lost', async () => {
    const draft = await owner('PUT', 'agreements/privacy_policy/draft', { title: '隐私政策', body_html: `<p>${'我们会这样使用你的信息。'.repeat(6)}</p>`, note: '增加了一项用途', material: true, revision: 0 })
    await owner('POST', 'agreements/privacy_policy/publish', { revision: draft.revision, effective_at: 0 })
    await page.getByRole('checkbox', { name: '我已阅读并确认购买须知' }).click()
    await shown(page, /^支付 ¥/).click()
    await page.getByRole('dialog', { name: '协议有更新' }).waitFor()
    await looksSound(win, 'consent-due')
    await page.getByRole('link', { name: '《隐私政策》' }).click()
    await page.getByText('我们会这样使用你的信息。').first().waitFor()
    await page.goBack()
    await page.getByRole('checkbox', { name: '我已阅读并同意下列协议' }).click()
    await page.getByRole('button', { name: '同意并继续' }).click()
  })
  await step(win, 'the payment is opened at Alipay, and the order remembers the choice', async () => {
    await page.waitForURL(/\/sandbox\/alipay/)
    await page.goBack()
    await page.getByRole('radio', { name: '支付宝', checked: true }).waitFor()
    await looksSound(win, 'pay-ways')
    await page.reload()
    await page.getByRole('radio', { name: '支付宝', checked: true }).waitFor()
    assert.match(new URL(page.url()).pathname, /^\/pay\//)
  })
  isSound(win)
})

test('staff see shipping information and change their own password', async () => {
  const win = await openWindow(browser, server.base, 'desktop')
  const { page } = win
  const enter = async (password) => {
    await page.getByLabel('登录名').fill('operator')
    await page.getByLabel('密码').first().fill(password)
    await page.getByRole('button', { name: '登录' }).click()
  }
  await step(win, 'nothing waits for a person', async () => {
    await page.goto('/admin/')
    await enter(server.passwords.operator)
    await page.getByRole('link', { name: '发货信息' }).click()
    await page.getByText('还没有发货信息').waitFor()
    await looksSound(win, 'shipments')
    await page.getByRole('button', { name: '需要处理' }).click()
    await page.getByText('没有需要处理的').waitFor()
  })
  await step(win, 'mistakes are named before anything is sent, then it is changed', async () => {
    await page.getByRole('link', { name: /^我的账号/ }).click()
    await page.getByLabel('现在的密码').fill(server.passwords.operator)
    await page.getByLabel('新密码', { exact: true }).fill('short')
    await page.getByLabel('再填一次新密码').fill('other')
    await page.getByRole('button', { name: '修改密码' }).click()
    await page.getByText('至少 10 位', { exact: true }).waitFor()
    await page.getByText('两次填写的不一样').waitFor()
    await looksSound(win, 'own-password')
    await page.getByLabel('新密码', { exact: true }).fill('battery staple 7')
    await page.getByLabel('再填一次新密码').fill('battery staple 7')
    await page.getByRole('button', { name: '修改密码' }).click()
    await page.getByText('密码已修改，其他地方已退出登录').first().waitFor()
    await assert.rejects(ask('GET', 'orders?limit=1'), /401/)
    await page.getByRole('button', { name: '退出登录' }).first().click()
    await enter('battery staple 7')
    await page.getByRole('link', { name: '订单', exact: true }).waitFor()
  })
  isSound(win)
})
