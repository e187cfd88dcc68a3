// Takes the pictures of docs/screens from a fresh demo school: scripts/screens.sh.
import path from 'node:path'
import { launch } from './browser.mjs'
import { buyByAPI, playedTo, signInBySMS } from './learner.mjs'
import { root, startServer, until } from './server.mjs'
import { asStaff } from './staff.mjs'

const dir = path.join(root, 'docs/screens')
const server = await startServer('screens')
const browser = await launch()
const open = async (width, height) => {
  const context = await browser.newContext({ baseURL: server.base, viewport: { width, height }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })
  return { context, page: await context.newPage(), size: width < 800 ? 'phone' : 'desktop' }
}
const take = async ({ page }, name) => {
  await page.waitForLoadState('networkidle')
  await page.waitForTimeout(800)
  await page.screenshot({ path: path.join(dir, `${name}.png`) })
}
try {
  const staff = await asStaff(server.base, 'operator', server.passwords.operator)
  // Videos are made ready after the start; the dearest course holds them.
  const dearest = await until(async () => {
    const { items } = await staff('GET', 'courses')
    const video = items.find((c) => c.title === '把话写清楚' && c.status === 'published')
    return video
  }, 'the course with videos', 480_000, 2000)
  const outline = await staff('GET', `courses/${dearest.id}`)
  const lesson = outline.chapters.flatMap((c) => c.lessons).find((l) => l.form === 'video')

  const desk = await open(1440, 900)
  await desk.page.goto('/')
  await take(desk, 'home')
  await desk.page.goto(`/course/${dearest.id}`)
  await take(desk, 'course')
  const phone = await open(390, 844)
  await phone.page.goto('/')
  await take(phone, 'home-phone')

  const order = await buyByAPI(server.base, '13900000031')
  await desk.page.goto('/login')
  await signInBySMS(desk, server.base, '13900000031')
  await desk.page.waitForURL((u) => !u.pathname.startsWith('/login'))
  await desk.page.goto(`/learn/${lesson.id}`)
  await desk.page.locator('video').waitFor()
  await desk.page.locator('video').evaluate((v) => { v.muted = true; return v.play() })
  await playedTo(desk.page, 6)
  await take(desk, 'player')
  await desk.page.goto('/sandbox/panel')
  await take(desk, 'sandbox')
  const asked = await desk.context.request.post(`/api/orders/${order.no}/refunds`, { headers: { Origin: server.base, 'Idempotency-Key': 'screens-refund' }, data: { item_id: 0, reason: '暂时没有时间学' } })
  if (!asked.ok()) throw new Error(`the refund answered ${asked.status()}: ${await asked.text()}`)
  const office = await open(1440, 900)
  await office.page.goto('/admin/')
  await office.page.evaluate((password) => fetch('/api/console/auth/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login: 'operator', password }) }), server.passwords.operator)
  await office.page.goto(`/admin/courses/${dearest.id}`)
  await take(office, 'console-course')
  await office.page.goto('/admin/refunds')
  await office.page.getByText('暂时没有时间学').first().waitFor()
  await take(office, 'console-refunds')
} finally {
  await browser.close()
  await server.stop()
}
