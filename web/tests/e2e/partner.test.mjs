// A partner's road, on the built binary and in a real browser: an invitation with terms to accept, link, poster and codes by one
// tap, a stranger who buys, the panel that shows it held, and the refund that takes it back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, looksSound, openWindow, step } from './browser.mjs'
import { signInBySMS } from './learner.mjs'
import { startServer, until } from './server.mjs'
import { asStaff, secure } from './staff.mjs'

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
  let order, other
  await step(win, 'a stranger comes by it and buys', async () => {
    other = await openWindow(browser, server.base, 'desktop')
    const landed = other.page.waitForResponse((r) => r.url().endsWith('/api/visits'))
    await other.page.goto(new URL(shared.url).pathname)
    assert.equal((await landed).status(), 200)
    await other.page.goto('/login')
    await signInBySMS(other, server.base, '13900000392')
    await until(async () => (await other.context.request.get('/api/me')).status() === 200, 'the stranger to be signed in')
    const quote = await api(other, 'POST', 'quotes', { sku_id: course.skus.find((s) => s.price_fen > 0).id })
    order = await api(other, 'POST', 'orders', { quote_token: quote.token, terms_confirmed: true }, { 'Idempotency-Key': 'partner-e2e' })
    const { payment_no: no } = await api(other, 'POST', `orders/${order.no}/pay`, {}, { 'Idempotency-Key': 'partner-e2e-pay' })
    await fetch(`${server.base}/sandbox/panel/api/pay`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ out_trade_no: no }) })
    await until(async () => (await api(other, 'GET', `orders/${order.no}`)).status === 'paid', 'the order to be paid')
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
  await step(desk, 'staff sees partners, roles, materials and figures', async () => {
    const { page } = desk
    await page.goto('/admin/')
    await page.getByLabel('登录名').fill('operator')
    await page.getByLabel('密码', { exact: true }).fill(server.passwords.operator)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.getByRole('navigation', { name: '主菜单' }).first().waitFor()
    for (const [at, words, name] of [['/admin/partners', '没有待审核的申请', 'list'], ['/admin/partners/roles', '创作者合伙人', 'roles'], ['/admin/partners/materials', '三十秒口播', 'materials'], ['/admin/partners/figures', '合伙成交占比', 'figures'], ['/admin/commission/rules', '班主任合伙人', 'rules']]) {
      await page.goto(at)
      await page.getByText(words).first().waitFor()
      await looksSound(desk, `console-partner-${name}`)
    }
  })
})
