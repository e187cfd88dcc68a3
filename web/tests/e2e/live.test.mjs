import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import test from 'node:test'
import { launch, openWindow, picture, sizes } from './browser.mjs'
import { playedTo, signInBySMS, video } from './learner.mjs'
import { startServer, until } from './server.mjs'
import { asStaff } from './staff.mjs'

/** A real encoder with a test picture and a tone, as fast as a camera. */
function encoder(server, key) {
  const args = ['-nostdin', '-v', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc=size=640x360:rate=25', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100', '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '50', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-f', 'flv', `${server}/${key}`]
  return spawn('ffmpeg', args, { stdio: 'ignore' })
}

test('a live lesson is taught, talked about, and watched again', async (t) => {
  const server = await startServer('live')
  const browser = await launch()
  let push
  t.after(async () => {
    push?.kill('SIGKILL')
    await browser.close()
    await server.stop()
  })
  const ask = await asStaff(server.base, 'operator', server.passwords.operator)
  const course = (await ask('GET', 'courses')).items.find((c) => c.status === 'published' && c.form === 'course')
  const { chapters } = await ask('GET', `courses/${course.id}`)
  const { id } = await ask('POST', `courses/${course.id}/lessons`, { chapter_id: chapters[0].id, form: 'live', title: '直播答疑：第一次' })
  await ask('PUT', `lessons/${id}`, { title: '直播答疑：第一次', is_free: true, preview_ms: 0, body_html: '<p>带上你的问题。</p>' })
  await ask('PUT', `lessons/${id}/live`, { starts_at: Date.now() + 20 * 60_000, planned_ms: 3_600_000, record: true, version: 0 })

  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win
  await page.goto('/login')
  await signInBySMS(win, server.base, '13900003001')
  await page.waitForURL((u) => !u.pathname.startsWith('/login'))
  await page.goto(`/live/${id}`)
  await page.getByRole('timer').waitFor()
  await page.getByRole('button', { name: '开播前提醒我' }).click()
  await page.getByText('已设提醒').waitFor()
  await picture(win, 'live-wait')

  const room = await ask('GET', `lessons/${id}/live`)
  push = encoder(room.server, room.stream_key)
  const begun = Date.now()
  await playedTo(page, 3, 40_000)
  const delay = Date.now() - begun - (await video(page)).at * 1000
  t.diagnostic(`behind the encoder's start: ${Math.round(delay)} ms`)
  await page.getByPlaceholder('说点什么').fill('老师好，声音很清楚')
  await page.getByRole('button', { name: '发送' }).click()
  await page.locator('.talk-b', { hasText: '声音很清楚' }).waitFor()
  await ask('POST', `lessons/${id}/live/messages`, { body: '欢迎来到直播间' })
  await page.locator('.talk-b', { hasText: '欢迎来到直播间' }).waitFor()
  await ask('POST', `lessons/${id}/live/sign-in`, { minutes: 3 })
  await page.getByRole('button', { name: '签到' }).click()
  await page.getByText('已签到').waitFor()
  await ask('POST', `lessons/${id}/live/notice`, { text: '八点半开始答疑' })
  await page.getByText('八点半开始答疑').waitFor()
  await ask('POST', `lessons/${id}/live/card`, { product_id: room.products[0].product_id })
  await page.getByText('老师推荐').waitFor()
  await picture(win, 'live-room')
  // With all of that pinned, the picture and the line to write in are still on one upright screen.
  for (const size of [{ width: 820, height: 1180 }, { width: 390, height: 664 }, sizes.phone.viewport]) {
    await page.setViewportSize(size)
    await page.evaluate(() => window.scrollTo(0, 0))
    for (const part of [page.locator('video'), page.getByPlaceholder('说点什么'), page.getByText('老师推荐')]) {
      const box = await part.boundingBox()
      assert.ok(box.y >= 0 && box.y + box.height <= size.height, `${JSON.stringify(size)}: ${JSON.stringify(box)}`)
    }
    if (size.width === 820) await picture(win, 'live-room-tablet')
  }

  const desk = await openWindow(browser, server.base, 'desktop')
  await desk.page.goto('/admin/')
  await desk.page.evaluate((password) => fetch('/api/console/auth/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login: 'operator', password }) }), server.passwords.operator)
  await desk.page.goto(`/admin/live/${id}`)
  await desk.page.getByText('声音很清楚').waitFor()
  await until(async () => (await video(desk.page)).at > 0, 'the preview of the desk')
  await picture(desk, 'live-desk')

  await ask('POST', `lessons/${id}/live/end`, {})
  await page.getByText('回放正在生成').waitFor({ timeout: 20_000 })
  // The demo school's own videos are before it in the queue.
  await until(async () => (await ask('GET', `lessons/${id}/live`)).state === 'replay', 'the replay', 240_000, 500)
  await page.goto(`/learn/${id}`)
  await page.getByRole('button', { name: '播放' }).first().click()
  await playedTo(page, 2)
  await picture(win, 'live-replay')
  assert.deepEqual(win.trouble, [])
  assert.deepEqual(desk.trouble, [])
})
