// What is sold beside plain courses, on the built binary and in a real browser: a coupon is claimed and pays along, two
// people buy in a group by a link, and a gift is bought, received by somebody else and the rest of it returned.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isSound, launch, looksSound, openWindow, step } from './browser.mjs'
import { payInSandbox, signInBySMS } from './learner.mjs'
import { startServer, until } from './server.mjs'
import { asStaff, offerCoupon, promote, sell } from './staff.mjs'

let server, browser, writing, report
/** A course of the demo school, once its videos are ready. */
const published = (title) => until(async () => {
  const { items } = await (await fetch(`${server.base}/api/courses?limit=50`)).json()
  const found = items.find((c) => c.title === title)
  return found && (await fetch(`${server.base}/api/courses/${found.id}`)).json()
}, `${title} to be on sale`, 180_000, 500)

before(async () => {
  server = await startServer('e2e-selling')
  browser = await launch()
  ;[writing, report] = await Promise.all(['把话写清楚', '看懂一张报表'].map((title) => published(title)))
  const ask = await asStaff(server.base, 'operator', server.passwords.operator)
  await offerCoupon(ask, { name: '秋读券', off_fen: 2000, at_fen: 5000 })
  await promote(ask, { kind: 'group', label: '结伴学', scope: { skus: [report.skus[0].id] }, price_fen: 4900, group_size: 2, group_hours: 24 })
  await sell(ask, { kind: 'membership', title: '全站会员', opens_all: true, pay_permille: 800, skus: [{ name: '年卡', price_fen: 39900, period_months: 12 }] })
  await sell(ask, { kind: 'bundle', title: '写作与报表', parts: [writing, report].map((c) => ({ kind: 'course', ref_id: c.id })), skus: [{ name: '长期有效', price_fen: 19900 }] })
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

const shown = (page, name) => page.getByRole('button', { name }).locator('visible=true').first()
const agreeAndPay = async (page, price) => {
  await page.getByRole('checkbox', { name: '我已阅读并确认购买须知' }).click()
  await page.getByRole('button', { name: price }).click()
}
const opens = (win, course) => until(async () => (await (await win.context.request.get(`/api/courses/${course.id}/mine`)).json()).owned, `${course.title} to be open`)
/** Signs in when the page now shown leads there. */
const signIn = async (win, phone) => {
  await win.page.getByRole('tab', { name: '短信登录' }).waitFor()
  await signInBySMS(win, server.base, phone)
}

test('a learner on a phone claims a coupon, pays with it, and Back from the payment leads back', async () => {
  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win

  await step(win, 'the coupon is claimed after signing in', async () => {
    await page.goto('/coupons')
    await shown(page, '领取 秋读券').click()
    await signIn(win, '13900000011')
    await shown(page, '领取 秋读券').click()
    await page.getByText('已领取').waitFor()
    await looksSound(win, 'coupons')
  })

  await step(win, 'the checkout uses it by itself, and can leave it', async () => {
    await page.goto(`/course/${writing.id}`)
    await shown(page, '立即购买').click()
    await page.getByText('已用 秋读券').waitFor()
    await page.getByRole('button', { name: '支付 ¥149.00' }).waitFor()
    await looksSound(win, 'checkout-coupon')
    await page.getByRole('button', { name: /^优惠券/ }).click()
    await page.getByRole('radio', { name: '这次不用' }).click()
    await page.getByRole('button', { name: '应付 ¥169.00' }).waitFor()
    await looksSound(win, 'coupon-chooser')
    await page.getByRole('radio', { name: '用最优惠的' }).click()
    await page.getByRole('button', { name: /应付 ¥149.00/ }).click()
  })

  await step(win, 'Back from the payment asks where the order stands', async () => {
    await agreeAndPay(page, '支付 ¥149.00')
    await page.waitForURL(/\/sandbox\/pay\//)
    await page.goBack()
    await shown(page, '继续支付').waitFor()
    await looksSound(win, 'pay-again')
    assert.match(new URL(page.url()).pathname, /^\/pay\//)
    await shown(page, '继续支付').click()
    await payInSandbox(win, server.base)
    await page.getByText('支付成功').waitFor({ timeout: 30_000 })
    await opens(win, writing)
  })

  await step(win, 'the coupon is spent', async () => {
    await page.goto('/me/coupons')
    await page.getByText('没有可用的优惠券').waitFor()
    await page.getByRole('tab', { name: '已使用' }).click()
    await page.getByText('秋读券').waitFor()
    await looksSound(win, 'wallet')
    await page.goto('/redeem')
    await page.getByLabel('兑换码').fill('NOSUCHCODE')
    await page.getByRole('button', { name: '兑换', exact: true }).click()
    await page.getByText('兑换码不对，或已经失效').waitFor()
    await looksSound(win, 'redeem')
  })
  isSound(win)
  await win.context.close()
})

test('two people buy in a group by a link, then one gives the other a course', async () => {
  const one = await openWindow(browser, server.base, 'desktop')
  const two = await openWindow(browser, server.base, 'phone')
  let group, link, gift, no

  await step(one, 'the first opens a group', async () => {
    const { page } = one
    await page.goto(`/course/${report.id}`)
    await page.getByText('2 人拼团').waitFor()
    await looksSound(one, 'course-group')
    await shown(page, '2 人团 ¥49.00').click()
    await signIn(one, '13900000012')
    await agreeAndPay(page, '支付 ¥49.00')
    await payInSandbox(one, server.base)
    await page.getByText('支付成功，等待成团').waitFor({ timeout: 30_000 })
    await page.getByRole('link', { name: '邀请朋友参团' }).click()
    await page.getByText('还差 1 人成团').waitFor()
    await looksSound(one, 'group-forming')
    assert.equal((await (await one.context.request.get(`/api/courses/${report.id}/mine`)).json()).owned, false, 'nothing is open before the group is full')
    group = new URL(page.url()).pathname
    const answer = page.waitForResponse((r) => r.url().endsWith('/api/shares'))
    await page.getByRole('button', { name: '邀请朋友参团' }).click()
    const made = await (await answer).json()
    assert.deepEqual([made.kind, made.target_id, made.channel], ['course', report.id, 'link'])
    await page.locator('.share').getByText(new RegExp(`链接已复制|${group}\\?s=${made.code}$`)).waitFor()
    await looksSound(one, 'group-invited')
    link = `${group}?s=${made.code}`
  })

  await step(two, 'the second joins by the link', async () => {
    const { page } = two
    const landed = page.waitForResponse((r) => r.url().endsWith('/api/visits'))
    await page.goto(link)
    assert.equal((await landed).status(), 200)
    await page.getByRole('link', { name: '参加拼团 ¥49.00' }).waitFor()
    await looksSound(two, 'group-join')
    await page.getByRole('link', { name: '参加拼团 ¥49.00' }).click()
    await signIn(two, '13900000013')
    await agreeAndPay(page, '支付 ¥49.00')
    await payInSandbox(two, server.base)
    await page.getByText('支付成功', { exact: true }).waitFor({ timeout: 30_000 })
    await page.goto(group)
    await page.getByText('拼团成功').waitFor()
    await looksSound(two, 'group-done')
  })

  await step(one, 'the course is open to both', async () => {
    await Promise.all([opens(one, report), opens(two, report)])
    const { items } = await (await one.context.request.get('/api/me/shares')).json()
    assert.deepEqual(items.map((x) => [x.visits, x.joins, x.orders]), [[1, 1, 1]], 'the friend came by the link')
    await one.page.reload()
    await one.page.getByText('拼团成功').waitFor()
  })

  await step(one, 'two copies of another course are bought as gifts', async () => {
    const { page } = one
    await page.goto(`/course/${writing.id}`)
    await shown(page, /^赠送/).click()
    await page.getByRole('button', { name: '增加一份' }).click()
    await agreeAndPay(page, '支付 ¥338.00')
    await payInSandbox(one, server.base)
    await page.getByRole('link', { name: '去发领取链接' }).click({ timeout: 30_000 })
    await page.getByText('第 2 份').waitFor()
    await looksSound(one, 'order-gifts')
    no = new URL(page.url()).pathname.split('/').at(-1)
    ;[gift] = (await (await one.context.request.get(`/api/orders/${no}/gifts`)).json()).items
  })

  await step(two, 'the second receives one', async () => {
    const { page } = two
    await page.goto(new URL(gift.url).pathname)
    await page.getByText(/ 送你$/).waitFor()
    await looksSound(two, 'gift')
    await page.getByRole('button', { name: '领取', exact: true }).click()
    await page.getByText('领取成功').waitFor()
    await page.getByRole('link', { name: '去学习' }).click()
    await shown(page, '开始学习').waitFor()
    await opens(two, writing)
  })

  await step(one, 'the copy that nobody received goes back', async () => {
    const { page } = one
    await page.reload()
    await page.getByText('已领取 1 份，1 份待领取').waitFor()
    await page.getByRole('button', { name: '退回未领取的 1 份' }).click()
    await looksSound(one, 'gifts-return')
    await page.getByRole('button', { name: '确认退回' }).click()
    await page.getByText('已退回', { exact: true }).waitFor()
    await until(async () => (await (await one.context.request.get(`/api/orders/${no}`)).json()).refunded_fen === 16900, 'the money of one copy to be back', 60_000, 500)
  })

  for (const win of [one, two]) {
    isSound(win)
    await win.context.close()
  }
})

for (const size of ['phone', 'desktop']) {
  test(`the shop's other pages are sound on a ${size}`, async () => {
    const win = await openWindow(browser, server.base, size)
    for (const [path, words] of [['/memberships', '全部课程和专栏'], ['/bundles', '写作与报表'], ['/services', '一对一文稿咨询'], ['/group/99', '没有这个团'], ['/gift/nosuchgift', '没有找到这份赠送'], ['/agreement/user_agreement', '版本']]) {
      await step(win, path, async () => {
        await win.page.goto(path)
        await win.page.getByText(words).first().waitFor()
        await looksSound(win, path.slice(1).replace('/', '-'))
      })
    }
    isSound(win)
    await win.context.close()
  })
}
