import test from 'node:test'
import assert from 'node:assert/strict'
import http from 'node:http'
import { Host } from './host.mjs'

// Applying to teach and the instructor's page in the mini program. Canned answers of the API.
const application = { id: 4, name: '林一舟', title: '写作教练', bio: '做了十二年编辑。', fields: ['写作'], state: 'rejected', reason: '请补充作品', instructor_id: 0, files: [], created_at: 1_790_000_000_000, decided_at: 1_790_000_100_000 }
const desk = { phone_masked: '139****0001', own: [application], drafts: [] }
const answers = {
  'GET /api/shop': { name: '试航书院', slogan: '', logo_url: '', icp: '', phone: '', agreements: [], wechat_login: true, sandbox: true },
  'GET /api/me': { id: 3, nickname: '学员 0001', avatar_url: '', phone_masked: '139****0001', large_type: false },
  'GET /api/me/teaching': desk,
  'POST /api/me/teaching': { ...desk, own: [{ ...application, id: 5, state: 'pending', reason: '', decided_at: 0 }, application] },
  'GET /api/instructors/8': { id: 8, name: '沈牧之', title: '讲师', bio: '写给总被追问的人', avatar_url: '', course_count: 0 },
  'GET /api/instructors/8/courses': { items: [], next_cursor: '' },
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

test('a refused application says why and may be sent in again', async () => {
  host.open('/pkg-study/teach/TeachPage')
  await host.until(() => host.text.includes('没有通过') && host.text.includes('请补充作品'), 'the reason')
  assert.match(host.text, /139\*\*\*\*0001/)
  host.tap(/^提交申请$/)
  await host.until(() => host.text.includes('正在审核'), 'the new application')
  assert.ok(seen.includes('POST /api/me/teaching'))
  assert.doesNotMatch(host.text, /提交申请/)
})

test("an instructor's page", async () => {
  host.open('/pkg-shop/teacher/TeacherPage?id=8')
  await host.until(() => host.text.includes('沈牧之') && host.text.includes('课程还在准备'), 'the profile')
})
