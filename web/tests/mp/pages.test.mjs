import test from 'node:test'
import assert from 'node:assert/strict'
import http from 'node:http'
import { Host } from './host.mjs'

// Canned answers of the learner API: enough to see that the compiled pages load, draw and lead on.
const card = { id: 7, title: '把话写清楚', promise: '写给总被追问的人', cover_url: '', scene: 'boat', deals: [], instructor_name: '沈牧之', category_name: '写作', category_slug: 'w', form_note: '视频 2 课时', lesson_count: 2, duration_ms: 60000, price_fen: 16900, for_sale: true, is_free: false, preview_count: 1, tags: [], published_at: 1, learner_count: 3 }
const lessons = [{ id: 71, no: 1, title: '读者只给你七秒钟', form: 'article', duration_ms: 0, is_free: true, preview_ms: 0 }, { id: 72, no: 2, title: '先说结论', form: 'video', duration_ms: 60000, is_free: false, preview_ms: 0 }]
const answers = {
  'GET /api/shop': { name: '试航书院', slogan: '', logo_url: '', icp: '', phone: '', agreements: [{ kind: 'user_agreement', title: '用户协议', version: '1' }], wechat_login: true, sandbox: true },
  'GET /api/home': { banners: [], categories: [{ id: 1, name: '写作', slug: 'w', course_count: 1 }], continue: [], recommended: [{ kind: 'editor', reason: '编辑推荐', course: card }], newest: [], flash: [], ranking: { kind: 'sales_7', items: [], computed_at: 0 }, topics: [] },
  'GET /api/courses/7': { ...card, intro_html: '<p>介绍</p>', audience: '', outcomes: ['写一封不会被追问的邮件'], category: { id: 1, name: '写作', slug: 'w' }, instructor: { id: 1, name: '沈牧之', title: '编辑', bio: '', avatar_url: '' }, chapters: [{ id: 1, title: '想清楚', no: 1, lessons }], attachments: [], skus: [{ id: 70, name: '长期', price_fen: 16900, period_days: 0 }], refund_policy: { days: 7, max_watched_percent: 20, text: '学习不超过 20%' }, is_draft: false },
  'GET /api/courses/7/mine': { owned: false, until_at: 0, order_no: '', percent: 0, finished_count: 0, last_lesson_id: 0, lessons: [] },
  'GET /api/courses/7/rating': { count: 6, enough: true, average: 4.7, stars: [0, 0, 0, 2, 4], items: [{ id: 1, author: '阿**', stars: 5, body: '照着改了一封信', edited: false, reply: '好', reply_name: '沈牧之', replied_at: 1, created_at: 1_790_000_000_000 }] },
  'GET /api/courses/7/ratings': { items: [{ id: 1, author: '阿**', stars: 5, body: '照着改了一封信', edited: false, reply: '', reply_name: '', replied_at: 0, created_at: 1_790_000_000_000 }], next_cursor: '' },
  'GET /api/courses/7/also': { items: [], next_cursor: '' },
  'GET /api/lessons/71': { id: 71, course_id: 7, course_title: '把话写清楚', chapter_title: '想清楚', no: 1, title: '读者只给你七秒钟', form: 'article', duration_ms: 0, body_html: '<p>第一行决定一切</p>', access: { allowed: true, reason: 'free', preview_ms: 0 }, position_ms: 0, percent: 0, finished: false, prev_id: 0, next_id: 72, poster_url: '', attachments: [] },
}
const seen = []
const server = http.createServer((req, res) => {
  seen.push({ key: `${req.method} ${req.url}`, headers: req.headers })
  const body = answers[`${req.method} ${req.url.split('?')[0]}`]
  res.writeHead(body ? 200 : 401, { 'Content-Type': 'application/json' })
  res.end(JSON.stringify(body ?? { status: 401, code: 'unauthenticated', detail: '请先登录。', request_id: 'r1' }))
})
await new Promise((r) => server.listen(0, '127.0.0.1', r))
const host = new Host({ base: `http://127.0.0.1:${server.address().port}`, loginCode: () => 'c', payVirtual: async () => {} })
test.after(() => { server.close(); setTimeout(() => process.exit(), 100) })

test('home draws its courses and a tap opens the course', async () => {
  host.open('/features/home/HomePage')
  await host.until(() => host.text.includes('¥169.00'), 'the course on the home page')
  host.tap(/^把话写清楚$/)
  await host.until(() => host.top.route === 'features/course/CoursePage' && host.text.includes('写一封不会被追问的邮件'), 'the course page')
  assert.match(host.text, /第一章　想清楚|第一章 想清楚/)
})

test('what learners say stands on the course page and leads to all of it', async () => {
  await host.until(() => host.text.includes('6 人评价') && host.text.includes('照着改了一封信'), 'the ratings')
  host.tap(/^全部评价$/)
  await host.until(() => host.top.route === 'pkg-study/rating/RatingsPage' && host.text.includes('照着改了一封信'), 'all ratings')
  host.wxBack()
  await host.until(() => host.top.route === 'features/course/CoursePage', 'the course page')
})

test('a free lesson opens from the outline and shows its text', async () => {
  host.tap(/^1.读者只给你七秒钟$/)
  await host.until(() => host.top.route === 'features/player/LessonPage' && host.text.includes('已学 0%'), 'the lesson')
  host.wxBack()
})

test('buying without a session leads to the login page', async () => {
  await host.until(() => host.top.route === 'features/course/CoursePage', 'the course page again')
  host.tap(/^立即购买$/)
  await host.until(() => host.top.route === 'features/account/LoginPage' && host.text.includes('微信登录'), 'the login page')
})

test('every request names the client and its system', () => {
  assert.ok(seen.length >= 5)
  for (const r of seen) {
    assert.equal(r.headers['x-client'], 'mp-weixin', r.key)
    assert.equal(r.headers['x-os'], 'android', r.key)
  }
})
