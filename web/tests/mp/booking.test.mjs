import test from 'node:test'
import assert from 'node:assert/strict'
import http from 'node:http'
import { Host } from './host.mjs'

// Booking in the mini program: from the lesson to a time, the line, and what is copied. Canned answers of the API.
const now = 1_790_000_000_000
const hour = 3_600_000
const desk = {
  kind: 'offline', place: '静安区愚园路 1 号 2 楼', directions: '地铁 2 号线', bring: '一支笔', note: '', meeting: false, minutes: 60, cancel_hours: 12, hold: 2, most: 0, now_at: now,
  slots: [{ id: 5, starts_at: now + 48 * hour, ends_at: now + 49 * hour, place: '', places: 2, left: 1, open: true }, { id: 6, starts_at: now + 72 * hour, ends_at: now + 73 * hour, place: '三楼', places: 1, left: 0, open: true }], own: [],
}
const booked = { id: 9, slot_id: 5, lesson_id: 71, title: '面对面练习', kind: 'offline', starts_at: now + 48 * hour, ends_at: now + 49 * hour, place: desk.place, state: 'booked', ended_by: '', reason: '', link: '', ahead: 0, cancel_until: now + 36 * hour, check_in: true }
let own = []
const answers = {
  'GET /api/shop': () => ({ name: '试航书院', slogan: '', logo_url: '', icp: '', phone: '', agreements: [], wechat_login: true, sandbox: true }),
  'GET /api/me': () => ({ id: 3, nickname: '学员 0001', avatar_url: '', phone_masked: '', large_type: false }),
  'GET /api/lessons/71': () => ({ id: 71, course_id: 7, course_title: '把话写清楚', chapter_title: '想清楚', no: 1, title: '面对面练习', form: 'booking', duration_ms: 0, body_html: '', access: { allowed: true, reason: 'owned', preview_ms: 0 }, position_ms: 0, percent: 0, finished: false, prev_id: 0, next_id: 0, poster_url: '', attachments: [], clips: [], watermark: '' }),
  'GET /api/lessons/71/booking': () => ({ ...desk, own }),
  'POST /api/lessons/71/bookings': () => ({ ...desk, own: (own = [booked]) }),
  'POST /api/bookings/9/check-in': () => { own = [{ ...booked, state: 'attended', check_in: false }]; return {} },
}
const seen = []
const server = http.createServer((req, res) => {
  const key = `${req.method} ${req.url.split('?')[0]}`
  seen.push(key)
  const body = answers[key]?.()
  res.writeHead(body ? 200 : 404, { 'Content-Type': 'application/json' })
  res.end(JSON.stringify(body ?? { status: 404, code: 'gone', detail: '没有', request_id: 'r1' }))
})
await new Promise((r) => server.listen(0, '127.0.0.1', r))
const host = new Host({ base: `http://127.0.0.1:${server.address().port}`, loginCode: () => 'c', payVirtual: async () => {} })
test.after(() => { server.close(); setTimeout(() => process.exit(), 100) })

test('a time is booked from its lesson', async () => {
  host.open('/features/player/LessonPage?id=71')
  await host.until(() => host.text.includes('预约时间'), 'the way to the times')
  host.tap(/^预约时间$/)
  await host.until(() => host.top.route === 'pkg-study/booking/BookingPage' && host.text.includes('还有 1 个名额'), 'the times')
  assert.match(host.text, /一支笔/)
  assert.match(host.text, /已约满 · 三楼/)
  host.tap(/^预约$/)
  await host.until(() => host.text.includes('已约上') && host.text.includes('我已约'), 'the booking')
  assert.ok(seen.includes('POST /api/lessons/71/bookings'))
  assert.match(host.text, /复制时间地点/)
  assert.doesNotMatch(host.text, /加入日历/)
})
