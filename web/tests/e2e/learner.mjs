import assert from 'node:assert/strict'
import { until } from './server.mjs'

/** Signs in on the login page now shown, with the code that the sandbox received. */
export async function signInBySMS(win, base, phone) {
  const { page } = win
  // The newest one first.
  const sent = async () => (await (await fetch(`${base}/sandbox/panel/api/sms?phone=${phone}`)).json()).messages ?? []
  const before = (await sent()).length
  await page.getByRole('checkbox', { name: '我已阅读并同意下列协议' }).click()
  await page.getByLabel('手机号').fill(phone)
  await page.getByRole('button', { name: '获取验证码' }).click()
  const code = await until(async () => {
    const messages = await sent()
    return messages.length > before && (messages[0].Code ?? messages[0].code)
  }, 'the text message')
  assert.match(code, /^\d{6}$/)
  await page.getByLabel('短信验证码').fill(code)
  await page.getByRole('button', { name: '登录', exact: true }).click()
}

/** What the video element does now. */
export const video = (page) => page.locator('video').evaluate((v) => ({ at: v.currentTime, length: v.duration, paused: v.paused, ready: v.readyState, width: v.videoWidth, ended: v.ended }))

/** Waits until the picture has been played up to `seconds`. */
export const playedTo = (page, seconds, ms = 30_000) => until(async () => (await video(page)).at >= seconds, `the video to reach ${seconds} s`, ms)

/** Pays the order of the payment page now shown: on a desktop by scanning its code, on a phone on the payment page it leads to. */
export async function payInSandbox(win, base) {
  const { page } = win
  if (win.size === 'phone') {
    await page.waitForURL(/\/sandbox\/pay\//)
    await page.getByRole('button', { name: '确认支付' }).click()
    await page.waitForURL(/\/pay\/[^/]+/)
    return
  }
  await page.getByRole('img', { name: '微信支付二维码' }).waitFor()
  const state = await (await fetch(`${base}/sandbox/panel/api/state`)).json()
  const open = state.orders.filter((o) => o.State === 'NOTPAY' && o.TradeType === 'NATIVE')
  assert.equal(open.length, 1, 'one payment waits to be scanned')
  const paid = await fetch(`${base}/sandbox/panel/api/pay`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ out_trade_no: open[0].OutTradeNo }) })
  assert.equal(paid.status, 200, await paid.text())
}

/** Buys the dearest course of the school with a desktop's QR code, all by the API; answers the order. */
export async function buyByAPI(base, phone) {
  const headers = { 'Content-Type': 'application/json', Origin: base }
  const ask = async (method, path, body, more) => {
    const r = await fetch(`${base}/${path}`, { method, headers: { ...headers, ...more }, body: body && JSON.stringify(body) })
    const text = await r.text()
    assert.ok(r.ok, `${method} ${path} answered ${r.status}: ${text}`)
    headers.Cookie = r.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ') || headers.Cookie || ''
    return text ? JSON.parse(text) : undefined
  }
  const agreed = await Promise.all(['user_agreement', 'privacy_policy'].map(async (kind) => ({ kind, version: (await ask('GET', `api/agreements/${kind}`)).version })))
  await ask('POST', 'api/auth/sms', { phone, consents: agreed })
  const { messages } = await ask('GET', `sandbox/panel/api/sms?phone=${phone}`)
  await ask('POST', 'api/auth/sms/login', { phone, code: messages[0].Code ?? messages[0].code, consents: agreed })
  const [dearest] = (await ask('GET', 'api/courses?limit=50')).items.sort((a, b) => b.price_fen - a.price_fen)
  const { skus } = await ask('GET', `api/courses/${dearest.id}`)
  const quote = await ask('POST', 'api/quotes', { sku_id: skus[0].id })
  const order = await ask('POST', 'api/orders', { quote_token: quote.token, terms_confirmed: true }, { 'Idempotency-Key': `by-api-${phone}` })
  const { payment_no: no } = await ask('POST', `api/orders/${order.no}/pay`, {}, { 'Idempotency-Key': `pay-by-api-${phone}` })
  await ask('POST', 'sandbox/panel/api/pay', { out_trade_no: no })
  return until(async () => { const o = await ask('GET', `api/orders/${order.no}`); return o.status === 'paid' && o }, 'the order to be paid')
}

/** The first article of a free course, taken and read to its end: the server's clock moves on by ten minutes. `api` asks as the learner. */
export async function readFirst(win, base, course, api) {
  const quote = await api('POST', 'quotes', { sku_id: course.skus[0].id })
  await api('POST', 'orders', { quote_token: quote.token, terms_confirmed: true }, { 'Idempotency-Key': `first-${course.id}` })
  const [lesson] = course.chapters.flatMap((c) => c.lessons)
  await win.page.goto(`/learn/${lesson.id}`)
  await win.page.getByText('学到 90% 记为学完').waitFor()
  await api('POST', `lessons/${lesson.id}/read`, { seq: 1, screens: [], position_permille: 0 })
  await fetch(`${base}/sandbox/panel/do/clock`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ seconds: '600' }) })
  const { screens } = await api('GET', `lessons/${lesson.id}`)
  await api('POST', `lessons/${lesson.id}/read`, { seq: 2, position_permille: 1000, screens: Array.from({ length: screens }, (_, i) => ({ screen: i + 1, ms: Math.floor(590_000 / screens) })) })
}

/** Asks the API as who is signed in in a window. */
export const asking = (win, base) => async (method, path, data, headers = {}) => {
  const r = await win.context.request.fetch(`/api/${path}`, { method, data, headers: { Origin: base, ...headers } })
  if (!r.ok()) throw new Error(`${path} answered ${r.status()}: ${await r.text()}`)
  return r.status() === 204 ? null : r.json()
}
