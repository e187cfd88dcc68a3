// A partner's road, on the built binary and in a real browser: an invitation with terms to accept, link, poster and codes by one
// tap, a stranger who buys, the panel that shows it held, and the refund that takes it back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, looksSound, openWindow, step } from './browser.mjs'
import { signInBySMS } from './learner.mjs'
import { startServer, until } from './server.mjs'
import { asStaff, secure } from './staff.mjs'

const today = new Date(Date.now() + 8 * 3_600_000) // of China
const month = Number(new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1, 1)).toISOString().slice(0, 7).replace('-', '')) // the next one
let server, browser, ask, finance, course
before(async () => {
  server = await startServer('e2e-partner')
  browser = await launch()
  ask = await asStaff(server.base, 'operator', server.passwords.operator)
  finance = await asStaff(server.base, 'finance', server.passwords.finance)
  await secure(finance)
  const list = (await ask('GET', 'courses?limit=50')).items.filter((c) => c.status === 'published')
  const all = await Promise.all(list.map(async (c) => (await fetch(`${server.base}/api/courses/${c.id}`)).json()))
  course = all.find((c) => c.form === 'course' && c.skus.some((s) => s.price_fen > 0))
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

test('from an invitation to a commission and back', async () => {
  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win
  const api = async (w, method, path, data, headers = {}) => {
    const r = await w.context.request.fetch(`/api/${path}`, { method, data, headers: { Origin: server.base, ...headers } })
    assert.ok(r.ok(), `${path} answered ${r.status()}: ${await r.text()}`)
    return r.status() === 204 ? null : r.json()
  }
  let me
  await step(win, 'who finished nothing may look, and is told what it takes', async () => {
    await page.goto('/login')
    await signInBySMS(win, server.base, '13900000391')
    await until(async () => (await win.context.request.get('/api/me')).status() === 200, 'the learner to be signed in')
    me = await api(win, 'GET', 'me')
    await page.goto('/me/partner')
    await page.getByText('先学完一门课，就可以申请').waitFor()
    await looksSound(win, 'partner-apply')
  })
  await step(win, 'an invitation is accepted with its terms', async () => {
    await ask('POST', 'partners', { user_id: me.id, role: 'class_teacher', reason: '欢迎一起推荐' })
    await page.goto('/me/partner')
    await page.getByText('学校邀请你成为班主任合伙人').waitFor()
    await looksSound(win, 'partner-terms')
    await page.getByRole('checkbox').click()
    await page.getByRole('button', { name: '同意并加入' }).click()
    await page.getByText('提现与明细').waitFor()
    await page.goto('/me/partner/guide')
    await page.getByText('只推荐自己学过').first().waitFor()
    await looksSound(win, 'partner-guide')
  })
  let shared
  await step(win, 'one tap gives link, poster and codes', async () => {
    await page.goto('/me/partner/products')
    await page.getByText('每单约').first().waitFor()
    await looksSound(win, 'partner-products')
    await page.getByRole('button', { name: `推荐${course.title}：链接、海报和小程序码` }).click()
    const answer = page.waitForResponse((r) => r.url().endsWith('/api/shares'))
    await page.getByRole('button', { name: '看二维码和小程序码' }).click()
    shared = await (await answer).json()
    const mini = page.getByAltText('小程序码，微信扫码打开')
    await until(() => mini.evaluate((img) => img.complete && img.naturalWidth === 430), 'the mini program code')
    await looksSound(win, 'partner-codes')
    const poster = await win.context.request.get(new URL(shared.poster_url).pathname)
    assert.equal(poster.headers()['content-type'], 'image/png')
    await page.goto('/me/partner/materials')
    await page.getByText('三十秒口播').waitFor()
    await looksSound(win, 'partner-materials')
  })
  const buys = async (phone, key) => {
    const w = await openWindow(browser, server.base, 'desktop')
    const landed = w.page.waitForResponse((r) => r.url().endsWith('/api/visits'))
    await w.page.goto(new URL(shared.url).pathname)
    assert.equal((await landed).status(), 200)
    await w.page.goto('/login')
    await signInBySMS(w, server.base, phone)
    await until(async () => (await w.context.request.get('/api/me')).status() === 200, 'the stranger to be signed in')
    const quote = await api(w, 'POST', 'quotes', { sku_id: course.skus.find((s) => s.price_fen > 0).id })
    const order = await api(w, 'POST', 'orders', { quote_token: quote.token, terms_confirmed: true }, { 'Idempotency-Key': key })
    const { payment_no: no } = await api(w, 'POST', `orders/${order.no}/pay`, {}, { 'Idempotency-Key': `${key}-pay` })
    await fetch(`${server.base}/sandbox/panel/api/pay`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ out_trade_no: no }) })
    await until(async () => (await api(w, 'GET', `orders/${order.no}`)).status === 'paid', 'the order to be paid')
    return { other: w, order }
  }
  let order, other
  await step(win, 'a stranger comes by it and buys', async () => {
    ;({ order, other } = await buys('13900000392', 'partner-e2e'))
  })
  await step(win, 'the panel shows it held', async () => {
    await page.goto('/me/partner')
    await page.getByText('近 30 天').waitFor()
    const panel = await api(win, 'GET', 'me/partner/panel?days=30')
    assert.deepEqual([panel.visits, panel.joins, panel.orders], [1, 1, 1])
    assert.ok(panel.held_fen > 0)
    await page.getByText('查看数据表').click()
    await looksSound(win, 'partner-panel')
    for (const device of ['tablet', 'desktop']) {
      const big = await openWindow(browser, server.base, device, { storageState: await win.context.storageState() })
      await big.page.goto('/me/partner')
      await big.page.getByText('近 30 天').waitFor()
      await looksSound(big, `partner-panel-${device}`)
      await big.context.close()
    }
  })
  await step(win, 'the refund takes it back', async () => {
    const full = await api(other, 'GET', `orders/${order.no}`)
    await api(other, 'POST', `orders/${order.no}/refunds`, { item_id: full.items[0].id, reason: '买错了' }, { 'Idempotency-Key': 'partner-e2e-back' })
    const open = (await finance('GET', 'refunds?status=requested')).items.find((r) => r.order_no === order.no)
    await finance('POST', `refunds/${open.id}/decide`, { approve: true, reply: '同意退款' })
    await until(async () => (await api(win, 'GET', 'me/partner/panel?days=30')).held_fen === 0, 'the commission to go back', 60_000)
    await page.goto('/me/partner')
    await page.getByText('近 30 天').waitFor()
    await looksSound(win, 'partner-after-refund')
    await other.context.close()
  })
  const desk = await openWindow(browser, server.base, 'desktop')
  const enters = async ({ page }) => {
    await page.goto('/admin/')
    await page.getByLabel('登录名').fill('operator')
    await page.getByLabel('密码', { exact: true }).fill(server.passwords.operator)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.getByRole('navigation', { name: '主菜单' }).first().waitFor()
  }
  await step(desk, 'staff sees partners, roles, materials and figures', async () => {
    const { page } = desk
    await enters(desk)
    for (const [at, words, name] of [['/admin/partners', '没有待审核的申请', 'list'], ['/admin/partners/roles', '创作者合伙人', 'roles'], ['/admin/partners/materials', '三十秒口播', 'materials'], ['/admin/partners/figures', '合伙成交占比', 'figures'], ['/admin/commission/rules', '班主任合伙人', 'rules']]) {
      await page.goto(at)
      await page.getByText(words).first().waitFor()
      await looksSound(desk, `console-partner-${name}`)
    }
  })
  await step(desk, 'rewards are promised for the next month', async () => {
    const { page } = desk
    await page.goto('/admin/partners/rewards')
    await page.getByText('第 1 版').waitFor() // of this month, by the demo school
    await looksSound(desk, 'console-partner-ranking')
    await page.getByRole('button', { name: '下个月' }).click()
    await page.getByText('这个月没有公布奖励方案').waitFor()
    await page.getByRole('button', { name: '公布奖励方案' }).click()
    await page.getByLabel('入选门槛（元）').fill('1')
    await page.getByRole('button', { name: '公布', exact: true }).click()
    await page.getByText('请填写金额').waitFor()
    await page.getByLabel('每人奖励（元）').fill('9999')
    await page.getByRole('button', { name: '公布', exact: true }).click()
    await page.getByText('每档奖励不超过对应成交额的一半').first().waitFor()
    await looksSound(desk, 'console-partner-plan')
    await page.getByLabel('每人奖励（元）').fill('0.5')
    await page.getByRole('button', { name: '公布', exact: true }).click()
    await page.getByText('第 1 版').waitFor()
    await page.getByText('这个月还没有成交').waitFor()
  })
  // The school's clock goes on to a moment; staff and learners sign in anew.
  const goOn = async (to) => {
    const seconds = Math.ceil((to - Date.now() - moved) / 1000)
    moved += seconds * 1000
    await fetch(`${server.base}/sandbox/panel/do/clock`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ seconds: String(seconds) }) })
    await win.context.clearCookies()
    await page.goto('/login')
    await signInBySMS(win, server.base, '13900000391')
    await until(async () => (await win.context.request.get('/api/me')).status() === 200, 'the partner to be signed in')
  }
  let moved = 0
  await step(win, 'the partner sees the promise, and another stranger buys', async () => {
    await goOn(Date.UTC(Math.floor(month / 100), (month % 100) - 1, 2))
    await (await buys('13900000393', 'partner-kept')).other.context.close()
    await page.goto('/me/partner')
    await page.getByText('月奖励').waitFor()
    await page.getByText('（我）').waitFor()
    await looksSound(win, 'partner-prizes')
  })
  await step(win, 'when the month is settled the reward is on the account', async () => {
    const ranking = () => api(win, 'GET', `me/partner/ranking?month=${month}`)
    await goOn((await ranking()).due_at + 86_400_000)
    await until(async () => (await ranking()).settled_at > 0, 'the month to be settled', 240_000)
    assert.equal((await ranking()).own.reward_fen, 50)
    await page.goto('/me/partner')
    await page.getByRole('button', { name: '上月' }).click()
    await page.getByText('已定榜').waitFor()
    await looksSound(win, 'partner-rewarded')
  })
  await step(desk, 'staff take it back with a reason', async () => {
    const { page } = desk
    await enters(desk)
    await page.goto('/admin/partners/rewards')
    await page.getByRole('button', { name: '下个月' }).click()
    await page.getByText('已定榜').waitFor()
    await looksSound(desk, 'console-partner-settled')
    await page.getByRole('button', { name: /^撤回/ }).click()
    await page.getByLabel('原因').fill('核实是自己的另一个账号')
    await page.getByRole('button', { name: '撤回奖励' }).click()
    await page.getByText('核实是自己的另一个账号').waitFor()
    await looksSound(desk, 'console-partner-reversed')
  })
})
