import test from 'node:test'
import assert from 'node:assert/strict'
import { Host } from './host.mjs'

// Needs a running server with the sandbox mounted and at least one published course for sale.
const base = process.env.ZZ_BASE_URL
assert.ok(base, 'set ZZ_BASE_URL to a running server with its sandbox, e.g. http://127.0.0.1:8080')

const person = `mp-road-${Date.now()}`
let openid = ''
let code = ''
const post = async (path, body) => {
  const res = await fetch(base + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  assert.equal(res.status, 200, `${path} answered ${res.status}: ${await res.clone().text()}`)
  return res.json()
}
/** wx.login needs its code at once, so one is always fetched ahead. */
async function nextCode() {
  const r = await post('/sandbox/panel/api/login-code', { person })
  code = r.code
  openid = r.openid ?? openid
}
await nextCode()
assert.ok(openid, 'the sandbox must name the openid beside the login code')

const host = new Host({
  base,
  loginCode: () => { const c = code; nextCode(); return c },
  payVirtual: async (o) => {
    const r = await post('/sandbox/panel/virtual/pay', { signData: o.signData, paySig: o.paySig, signature: o.signature, openid })
    if (r.errCode !== 0) throw new Error(`requestVirtualPayment:fail ${r.errCode}`)
  },
})
test.after(() => setTimeout(() => process.exit(), 100))

const list = await (await fetch(`${base}/api/courses?limit=20`, { headers: { 'X-Client': 'mp-weixin', 'X-Os': 'android' } })).json()
const course = list.items.find((c) => !c.is_free && c.price_fen > 0)
assert.ok(course, 'no course is for sale on this server')

test('home opens', async () => {
  host.open('/features/home/HomePage')
  await host.until(() => host.text.includes('首页'), 'home')
})

test('the course opens and leads to the login of WeChat', async () => {
  host.open(`/features/course/CoursePage?id=${course.id}`)
  await host.until(() => host.text.includes(course.title) && host.find(/^立即购买$/).length, 'the course')
  host.tap(/^立即购买$/)
  await host.until(() => host.top.route.endsWith('LoginPage') && host.text.includes('微信登录'), 'the login page')
  await host.until(() => host.text.includes('《'), 'the agreements')
  host.tap(/^我已阅读并同意$/)
  host.tap(/^微信登录$/)
  await host.until(() => host.top.route.endsWith('CheckoutPage') && host.text.includes('应付'), 'the checkout')
})

test('virtual payment pays the order', async () => {
  host.tap(/^我已阅读并确认购买须知$/)
  host.tap(/^支付 ¥/)
  await host.until(() => host.top.route.endsWith('PayPage') && host.text.includes('支付成功'), 'the payment', 30000)
})

test('the bought lesson opens', async () => {
  host.tap(/^去学习$/)
  await host.until(() => host.top.route.endsWith('CoursePage') && host.find(/^(开始学习|接着学)$/).length, 'the owned course')
  host.tap(/^(开始学习|接着学)$/)
  await host.until(() => host.top.route.endsWith('LessonPage') && /第 \d+ 课/.test(host.text) && !/购买后可学|登录后可以学/.test(host.text), 'the open lesson')
})
