import test from 'node:test'
import assert from 'node:assert/strict'
import http from 'node:http'
import { Host } from './host.mjs'

// Notes in the mini program: its texts cannot be selected, so a paragraph is pressed for long. Canned answers of the API.
const page = (items) => ({ items, next_cursor: '' })
const note = { id: 5, course_id: 7, lesson_id: 71, kind: 'note', place: 'text', at: 0, quote: '第一行决定一切', prefix: '', suffix: '', body: '记住第一行', state: 'private', reason: '', likes: 0, version: 1, created_at: 1_790_000_000_000 }
const question = { id: 9, course_id: 7, lesson_id: 71, course_title: '把话写清楚', lesson_title: '读者只给你七秒钟', author: '学**', mine: true, place: 'none', at: 0, quote: '', body: '七秒够吗？', state: 'shown', reason: '', answers: 1, staff_answers: 1, accepted_id: 0, version: 1, created_at: 1_790_000_000_000 }
const answers = {
  'GET /api/shop': { name: '试航书院', slogan: '', logo_url: '', icp: '', phone: '', agreements: [], wechat_login: true, sandbox: true },
  'GET /api/me': { id: 3, nickname: '学员 0001', avatar_url: '', phone_masked: '', large_type: false },
  'GET /api/lessons/71': { id: 71, course_id: 7, course_title: '把话写清楚', chapter_title: '想清楚', no: 1, title: '读者只给你七秒钟', form: 'article', duration_ms: 0, screens: 1, body_html: '<p>第一行决定一切，后面的才有人读。</p><p>第二段</p>', access: { allowed: true, reason: 'free', preview_ms: 0 }, position_ms: 0, percent: 0, finished: false, prev_id: 0, next_id: 0, poster_url: '', attachments: [], clips: [], watermark: '' },
  'GET /api/lessons/71/notes/mine': page([note]),
  'GET /api/lessons/71/notes': page([{ id: 6, author: '阿**', place: 'none', at: 0, quote: '', body: '同学的笔记', likes: 2, liked: false, created_at: 1_790_000_000_000 }]),
  'GET /api/lessons/71/favourite': { on: false },
  'PUT /api/lessons/71/favourite': { on: true },
  'GET /api/lessons/71/questions': page([question]),
  'GET /api/lesson-questions/9': { question, answers: [{ id: 1, author: '沈牧之', staff: true, mine: false, accepted: false, body: '够读完标题。', state: 'shown', reason: '', likes: 0, liked: false, version: 1, created_at: 1_790_000_000_000 }] },
  'GET /api/me/notes': page([{ ...note, course_title: '把话写清楚', lesson_title: '读者只给你七秒钟', form: 'article', living: true, withheld: false }]),
  'GET /api/me/notes/courses': page([{ course_id: 7, title: '把话写清楚', count: 1 }]),
  'GET /api/me/notes/export': { name: '我的笔记.md', markdown: '# 我的笔记' },
  'GET /api/me/favourites': page([{ id: 1, course_id: 7, lesson_id: 0, course_title: '把话写清楚', lesson_title: '', form: '', cover_url: '', scene: 'boat', open: true, created_at: 1 }, { id: 2, course_id: 7, lesson_id: 72, course_title: '把话写清楚', lesson_title: '先说结论', form: 'video', cover_url: '', scene: 'boat', open: false, created_at: 1 }]),
}
const seen = []
const server = http.createServer((req, res) => {
  const key = `${req.method} ${req.url.split('?')[0]}`
  seen.push(key)
  const body = answers[key]
  res.writeHead(body ? 200 : 404, { 'Content-Type': 'application/json' })
  res.end(JSON.stringify(body ?? { status: 404, code: 'gone', detail: '没有', request_id: 'r1' }))
})
await new Promise((r) => server.listen(0, '127.0.0.1', r))
const host = new Host({ base: `http://127.0.0.1:${server.address().port}`, loginCode: () => 'c', payVirtual: async () => {} })
test.after(() => { server.close(); setTimeout(() => process.exit(), 100) })

test('a lesson shows own and shared notes, and its questions lead to the answers', async () => {
  host.open('/features/player/LessonPage?id=71')
  await host.until(() => host.text.includes('记住第一行') && host.text.includes('同学的笔记'), 'the notes under the lesson')
  host.tap(/^问答$/)
  await host.until(() => host.text.includes('七秒够吗？'), 'the questions')
  host.tap(/^看 1 个回答$/)
  await host.until(() => host.top.route === 'pkg-study/note/QuestionPage' && host.text.includes('够读完标题。'), 'the answer')
  assert.match(host.text, /老师/)
  host.wxBack()
})

test('my notes and my favourites', async () => {
  host.open('/pkg-study/note/NotesPage')
  await host.until(() => host.text.includes('记住第一行') && host.text.includes('第一行决定一切'), 'my notes')
  assert.match(host.text, /导出 Markdown/)
  host.open('/pkg-study/note/FavouritesPage')
  await host.until(() => host.text.includes('先说结论'), 'my favourites')
  assert.match(host.text, /已下架/)
})
