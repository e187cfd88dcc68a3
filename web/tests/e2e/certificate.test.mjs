// A certificate, on the built binary and in a real browser: staff switch it on, a learner earns it, a stranger verifies
// it, somebody else's library accepts its credential, refuses a changed one, and sees that it was revoked.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isSound, launch, looksSound, openWindow, step } from './browser.mjs'
import { signInBySMS } from './learner.mjs'
import { startServer, until } from './server.mjs'
import { asStaff } from './staff.mjs'
import { credentialOf, verify } from './verifier.mjs'

let server, browser, ask, course
const later = () => new Date(Date.now() + 3_600_000) // the school's clock is moved on below

before(async () => {
  server = await startServer('e2e-certificate')
  browser = await launch()
  ask = await asStaff(server.base, 'operator', server.passwords.operator)
  const { items } = await (await fetch(`${server.base}/api/courses?limit=50`)).json()
  course = await (await fetch(`${server.base}/api/courses/${items.find((c) => c.is_free).id}`)).json()
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

test('a certificate is earned, shown, verified and revoked', async () => {
  const desk = await openWindow(browser, server.base, 'desktop')
  await step(desk, 'staff switch it on', async () => {
    const { page } = desk
    await page.goto('/admin/')
    await page.getByLabel('登录名').fill('operator')
    await page.getByLabel('密码', { exact: true }).fill(server.passwords.operator)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.getByRole('navigation', { name: '主菜单' }).first().waitFor()
    await page.goto(`/admin/courses/${course.id}/certificate`)
    await page.getByRole('switch', { name: '颁发证书' }).click()
    await page.getByRole('button', { name: '保存', exact: true }).click()
    await page.getByText('证书设置已保存').waitFor()
    await page.getByText('还没有颁发过证书').waitFor()
    await looksSound(desk, 'console-certificate')
  })

  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win
  let code
  await step(win, 'a learner studies the course', async () => {
    await page.goto('/me/certificates')
    await page.getByRole('tab', { name: '短信登录' }).waitFor()
    await signInBySMS(win, server.base, '13900000091')
    await page.getByText('还没有证书').waitFor()
    const api = async (method, path, data, headers = {}) => {
      const r = await win.context.request.fetch(`/api/${path}`, { method, data, headers: { Origin: server.base, ...headers } })
      assert.ok(r.ok(), `${path} answered ${r.status()}: ${await r.text()}`)
      return r.json()
    }
    const quote = await api('POST', 'quotes', { sku_id: course.skus[0].id })
    await api('POST', 'orders', { quote_token: quote.token, terms_confirmed: true }, { 'Idempotency-Key': 'certificate-e2e' })
    const lessons = course.chapters.flatMap((c) => c.lessons)
    for (const l of lessons) await api('POST', `lessons/${l.id}/read`, { seq: 1, screens: [], position_permille: 0 })
    await fetch(`${server.base}/sandbox/panel/do/clock`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ seconds: '600' }) })
    for (const l of lessons) {
      const { screens } = await (await win.context.request.get(`/api/lessons/${l.id}`)).json()
      await api('POST', `lessons/${l.id}/read`, { seq: 2, position_permille: 1000, screens: Array.from({ length: screens }, (_, i) => ({ screen: i + 1, ms: Math.floor(590_000 / screens) })) })
    }
    await page.goto(`/course/${course.id}`)
    await page.getByText('你已经拿到这张证书').waitFor()
  })
  await step(win, 'with the name that it shall bear', async () => {
    await page.goto('/me/certificates')
    await page.getByRole('textbox', { name: '姓名' }).fill('江小满')
    await page.getByRole('button', { name: '保存姓名' }).click()
    await page.getByRole('button', { name: '确认无误' }).click()
    await page.getByText('证书姓名：江小满').waitFor()
    await page.getByRole('button', { name: '真实姓名' }).click()
    await page.getByText('证书上的姓名：江小满').waitFor()
    await until(() => page.locator('img.crt-p').evaluate((i) => i.complete && i.naturalWidth > 1000), 'the picture')
    await looksSound(win, 'certificates')
    ;[{ code }] = (await (await win.context.request.get('/api/me/certificates')).json()).items
  })

  const other = await openWindow(browser, server.base, 'desktop')
  const seen = async (text) => {
    await other.page.goto(`/certificate/${code}`)
    await other.page.getByText(text).first().waitFor()
  }
  await step(other, 'a stranger verifies it', async () => {
    await seen('证书有效')
    await other.page.getByText('江小满').waitFor()
    await other.page.getByText('与证书一致').waitFor()
    await looksSound(other, 'certificate')
    const shell = await (await fetch(`${server.base}/certificate/${code}`)).text()
    assert.match(shell, /og:image" content="[^"]+certificate\.png"/)
    const pdf = Buffer.from(await (await fetch(`${server.base}/credential/${code}/certificate.pdf`)).arrayBuffer())
    assert.match(pdf.subarray(0, 8).toString(), /^%PDF-1/)
  })
  await step(other, 'and so does an independent library', async () => {
    const mine = await credentialOf(server.base, code)
    assert.equal(mine.credentialSubject.identifier[0].identityHash, '江小满')
    assert.deepEqual(await verify(server.base, mine, later()), { verified: true, revoked: false, why: undefined })
    for (const change of [(c) => { c.credentialSubject.result[0].value = '99' }, (c) => { c.credentialSubject.identifier[0].identityHash = '别人' }, (c) => { c.validFrom = '2020-01-01T00:00:00Z' }]) {
      const forged = structuredClone(mine)
      change(forged)
      assert.equal((await verify(server.base, forged, later())).verified, false, 'a changed credential was accepted')
    }
  })
  await step(win, 'the name is hidden at once', async () => {
    await page.getByRole('button', { name: '隐藏姓名' }).click()
    await page.getByText('证书上的姓名已隐藏').waitFor()
    await seen('姓名已由本人隐藏')
    const hidden = await credentialOf(server.base, code)
    assert.ok(!JSON.stringify(hidden).includes('江小满'))
    assert.equal((await verify(server.base, hidden, later())).verified, true)
  })
  await step(desk, 'staff revoke it', async () => {
    await desk.page.reload()
    await desk.page.getByRole('button', { name: '撤销', exact: true }).click()
    await desk.page.getByLabel('原因').fill('测试撤销')
    await desk.page.getByRole('dialog').getByRole('button', { name: '撤销', exact: true }).click()
    await desk.page.getByText('证书已撤销').waitFor()
    await seen('这张证书已经撤销')
    assert.equal((await verify(server.base, await credentialOf(server.base, code), later())).revoked, true, 'the library does not see the revocation')
    await other.page.goto('/certificate/ZZ23456789ABCD')
    await other.page.getByText('没有这个编号的证书').or(other.page.getByText('没有这一页')).first().waitFor()
  })
  isSound(win)
  isSound(desk)
})
