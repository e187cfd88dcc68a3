import test from 'node:test'
import assert from 'node:assert/strict'
import http from 'node:http'
import { Host } from './host.mjs'

// The partner centre and a scanned code in the mini program. Canned answers of the API.
const role = { role: 'class_teacher', name: '班主任合伙人', applying: false, reach: 'all', classes: true, co_brand: false, terms: 2, body: ['一、只按真实成交计佣。'], terms_at: 1, lacks: '' }
const mine = { role: 'class_teacher', name: '班主任合伙人', state: 'active', reason: '', accepted: 1, accepted_at: 1, standing: false, brand: '', logo_url: '', brand_shown: false, signs: false, opened_at: 1 }
const days = Array.from({ length: 30 }, (_, n) => ({ day: 20261101 + n, visits: n, joins: 0, orders: 0, held_fen: n * 10, free_fen: 0 }))
const card = { id: 7, title: '把话写清楚', promise: '写给总被追问的人', cover_url: '', scene: 'boat', deals: [], instructor_name: '沈牧之', category_name: '写作', category_slug: 'w', form_note: '', lesson_count: 0, duration_ms: 0, price_fen: 16900, for_sale: true, is_free: false, preview_count: 0, tags: [], published_at: 1, learner_count: 3 }
const answers = {
  'GET /api/shop': { name: '试航书院', slogan: '', logo_url: '', icp: '', phone: '', agreements: [], wechat_login: true, sandbox: true },
  'GET /api/me': { id: 3, nickname: '学员 0001', avatar_url: '', phone_masked: '139****0001', large_type: false },
  'GET /api/me/partner': { open: true, roles: [role], mine },
  'POST /api/me/partner/acceptance': { open: true, roles: [role], mine: { ...mine, accepted: 2, standing: true } },
  'GET /api/me/partner/panel': { days, visits: 435, joins: 3, orders: 2, conversion: 4, held_fen: 4350, available_fen: 216340, frozen_fen: 0, paid_fen: 100, next_at: 1_790_000_000_000, next_fen: 148, tops: [{ kind: 'course', target_id: 7, title: '把话写清楚', shares: 1, visits: 9, joins: 1, orders: 1, earned_fen: 3380 }], ask_now: true },
  'GET /api/me/partner/ranking': { items: [{ rank: 1, name: '阿**', role: '班主任合伙人', kept_fen: 16900, own: false, reward_fen: 5000, state: 'none', reason: '' }], own: { rank: 2, name: '学员 0001', role: '班主任合伙人', kept_fen: 10000, own: true, reward_fen: 2000, state: 'paid', reason: '' }, month: 202611, prizes: [{ from: 1, to: 1, kept_fen: 0, fen: 5000 }, { from: 2, to: 3, kept_fen: 0, fen: 2000 }], floor_fen: 10000, note: '', due_at: 1_790_000_000_000, settled_at: 1_790_000_000_000 },
  'POST /api/me/partner/score': {},
  'GET /api/me/partner/products': { items: [{ product_id: 70, kind: 'course', share_kind: 'course', share_id: 7, title: '把话写清楚', promise: '写给总被追问的人', cover_url: '', scene: 'boat', from_fen: 16900, rate_bps: 2000, earns_fen: 3380 }], next_cursor: '' },
  'GET /api/me/partner/materials': { items: [{ id: 1, product_id: 0, kind: 'script', title: '三十秒口播', body: '你写的消息，对方是不是总回「什么意思」？', picture_url: '' }], next_cursor: '' },
  'GET /api/me/partner/guide': { paragraphs: ['先学再推。'] },
  'POST /api/visits': { path: '/course/7', kind: 'course' },
  'GET /api/courses/7': { ...card, intro_html: '', audience: '', outcomes: ['写一封不会被追问的邮件'], category: { id: 1, name: '写作', slug: 'w' }, instructor: { id: 1, name: '沈牧之', title: '编辑', bio: '', avatar_url: '' }, chapters: [], attachments: [], skus: [{ id: 70, name: '长期', price_fen: 16900, period_days: 0 }], refund_policy: { days: 7, max_watched_percent: 20, text: '' }, is_draft: false },
}
const seen = []
const server = http.createServer((req, res) => {
  const key = `${req.method} ${req.url.split('?')[0]}`
  let text = ''
  req.on('data', (d) => { text += d })
  req.on('end', () => {
    seen.push({ key, text })
    const body = answers[key]
    res.writeHead(body ? 200 : 404, { 'Content-Type': 'application/json' })
    res.end(JSON.stringify(body ?? { status: 404, code: 'gone', detail: '没有', request_id: 'r1' }))
  })
})
await new Promise((r) => server.listen(0, '127.0.0.1', r))
const host = new Host({ base: `http://127.0.0.1:${server.address().port}`, loginCode: () => 'c', payVirtual: async () => {} })
test.after(() => { server.close(); setTimeout(() => process.exit(), 100) })

test('new terms are accepted, and the panel shows what came', async () => {
  host.open('/pkg-grow/partner/PartnerPage')
  await host.until(() => host.text.includes('合作条款有了新版本') && host.text.includes('¥2,163.40'), 'terms and panel')
  assert.match(host.text, /下单率/)
  assert.doesNotMatch(host.text, /推荐商品/)
  host.tap(/^我已阅读并同意合作条款$/)
  host.tap(/^同意并继续$/)
  await host.until(() => host.text.includes('推荐商品') && host.text.includes('阿**'), 'the centre in good standing')
  assert.match(host.text, /第 2–3 名/)
  assert.match(host.text, /我的奖励 ¥20.00 已计入可提现的佣金/)
  assert.ok(seen.some((r) => r.key === 'POST /api/me/partner/acceptance' && r.text.includes('2')))
})

test('products, materials and the guide', async () => {
  host.open('/pkg-grow/partner/GoodsPage')
  await host.until(() => host.text.includes('¥33.80'), 'what a sale earns')
  host.open('/pkg-grow/partner/MaterialsPage')
  await host.until(() => host.text.includes('三十秒口播'), 'a material')
  host.open('/pkg-grow/partner/GuidePage')
  await host.until(() => host.text.includes('先学再推'), 'the guide')
})

test('a scanned code lands by its scene and goes on to what was shared', async () => {
  host.open('/pkg-grow/share/LandPage?scene=ABCDE12345')
  await host.until(() => host.top.route === 'features/course/CoursePage', 'the course')
  assert.ok(seen.some((r) => r.key === 'POST /api/visits' && r.text.includes('ABCDE12345')))
})
