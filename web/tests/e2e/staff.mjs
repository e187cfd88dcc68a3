import assert from 'node:assert/strict'
import { totp } from './totp.mjs'

/** A member of staff at the console's API: `ask(method, path, body, key)` answers the body, bytes where it is no JSON; `key` makes a repeat the same write. */
export async function asStaff(base, login, password) {
  const headers = { 'Content-Type': 'application/json', Origin: base }
  const entered = await fetch(`${base}/api/console/auth/login`, { method: 'POST', headers, body: JSON.stringify({ login, password }) })
  assert.equal(entered.status, 200, await entered.clone().text())
  headers.Cookie = entered.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ')
  return async (method, path, body, key) => {
    const r = await fetch(`${base}/api/console/${path}`, { method, headers: key ? { ...headers, 'Idempotency-Key': key } : headers, body: body === undefined ? undefined : JSON.stringify(body) })
    const bytes = Buffer.from(await r.arrayBuffer())
    assert.ok(r.ok, `${method} ${path} answered ${r.status}: ${bytes}`)
    return !/json/.test(r.headers.get('Content-Type')) ? bytes : JSON.parse(bytes.toString())
  }
}

/** Sets up the second factor, which some roles must have. */
export async function secure(ask) {
  const { secret } = await ask('POST', 'me/totp/begin')
  await ask('POST', 'me/totp/enable', { code: totp(secret) })
}

const DAY_MS = 86_400_000

/** Puts a promotion on; what is not given gets a plain value. */
export async function promote(ask, promotion) {
  const { id } = await ask('PUT', 'promotions/0', { label: promotion.kind, starts_at: Date.now() - 60_000, ends_at: Date.now() + 3 * DAY_MS, scope: {}, ...promotion })
  await ask('POST', `promotions/${id}/switch`, { on: true })
  return id
}

/** Lets a coupon be handed out. */
export async function offerCoupon(ask, coupon) {
  const { id } = await ask('PUT', 'coupons/0', { claim: 'page', stock: 100, per_user: 1, valid_days: 30, scope: {}, back_on_refund: true, ...coupon })
  await ask('POST', `coupons/${id}/switch`, { on: true })
  return id
}

/** Makes and publishes goods that are not a course; answers their id and the ids of their offers. */
export async function sell(ask, { kind, title, lessonId, parts, skus, ...more }) {
  const { id } = await ask('POST', 'products', { kind, title, lesson_id: lessonId })
  await ask('PUT', `products/${id}`, { title: title ?? '', promise: '', intro_html: '', pay_permille: 1000, ...more })
  if (parts) await ask('PUT', `products/${id}/parts`, { parts })
  for (const sku of skus) await ask('PUT', `products/${id}/skus/0`, { period_days: 0, tax_category: 'digital_service', active: true, platform_prices: {}, ...sku })
  const done = await ask('POST', `products/${id}/publish`, { on: true })
  return { id, skus: done.skus.map((s) => s.id) }
}
