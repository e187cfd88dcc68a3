import assert from 'node:assert/strict'
import { until } from './server.mjs'

/** Signs in on the login page now shown, with the code that the sandbox received. */
export async function signInBySMS(win, base, phone) {
  const { page } = win
  await page.getByRole('checkbox', { name: '我已阅读并同意下列协议' }).click()
  await page.getByLabel('手机号').fill(phone)
  await page.getByRole('button', { name: '获取验证码' }).click()
  const code = await until(async () => {
    const { messages } = await (await fetch(`${base}/sandbox/panel/api/sms?phone=${phone}`)).json()
    return messages?.at(-1)?.Code ?? messages?.at(-1)?.code
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
