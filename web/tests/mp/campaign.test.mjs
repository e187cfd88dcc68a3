import test from 'node:test'
import assert from 'node:assert/strict'
import http from 'node:http'
import { Host } from './host.mjs'

// Campaigns, the points shop and badges in the mini program. Canned answers of the API.
const page = (items) => ({ items, next_cursor: '' })
const prize = (id, more) => ({ id, kind: 'points', title: '二十积分', amount: 20, odds_ppm: 0, left: 9, step: '', need: 0, have: 0, state: '', ...more })
const campaign = (id, kind, more) => ({ id, kind, title: `活动${id}`, ends_at: 1_900_000_000_000, words: '', cause: 'both', starts_at: 1, per_user: 3, per_device: 1, phase: 'live', here: true, prizes: [], helped: 0, helps: [], chances: 0, draws: [], winners: [], left_ms: 0, ...more })
const answers = {
  'GET /api/shop': { name: '试航书院', slogan: '', logo_url: '', icp: '', phone: '', agreements: [], wechat_login: true, sandbox: true },
  'GET /api/me': { id: 3, nickname: '学员 0001', avatar_url: '', phone_masked: '', large_type: false },
  'GET /api/campaigns': { items: [{ id: 1, kind: 'lottery', title: '学一课，抽一张卡', ends_at: 1_900_000_000_000 }] },
  'GET /api/campaigns/1': campaign(1, 'lottery', { chances: 1, prizes: [prize(11, { odds_ppm: 350_000 }), prize(12, { kind: 'nothing', title: '没有中', odds_ppm: 650_000 })] }),
  'POST /api/campaigns/1/draws': { id: 5, prize_id: 11, title: '二十积分', note: '', roll: 1234, at: 1_790_000_000_000 },
  'GET /api/campaigns/2': campaign(2, 'assist', { helped: 2, prizes: [prize(21, { need: 2, have: 2 })] }),
  'POST /api/campaigns/2/claims': { id: 6, campaign_id: 2, prize_id: 21, kind: 'points', title: '二十积分', amount: 20, course_id: 0, body: '', state: 'waiting', reason: '', made_at: 1 },
  'GET /api/points-shop': { balance: 50, items: [{ id: 31, kind: 'material', course_id: 0, days: 0, title: '写作清单', words: '', points: 10, left: 3, per_user: 1, mine: 0 }] },
  'POST /api/points-shop/31/redemptions': { id: 7, kind: 'material', course_id: 0, title: '写作清单', body: '先写结论', points: 10, at: 1 },
  'GET /api/me/badges': { level: { no: 1, name: '泊岸', minutes: 10, from: 0, next: 60, next_name: '解缆' }, badges: [{ id: 1, name: '启程', words: '学完第一课', fact: 'lessons', need: 1, have: 1, won_at: 1_790_000_000_000 }, { id: 2, name: '十课', words: '', fact: 'lessons', need: 10, have: 1, won_at: 0 }] },
  'GET /api/me/checks': page([{ id: 41, state: 'open', reasons: ['同一台设备上还有 5 个账号'], reason: '', opened_at: 1, decided_at: 0, appeal: '', appealed_at: 0, answer: '', may_appeal: true }]),
}
const seen = []
const server = http.createServer((req, res) => {
  const key = `${req.method} ${req.url.split('?')[0]}`
  let raw = ''
  req.on('data', (d) => { raw += d })
  req.on('end', () => {
    seen.push({ key, body: raw ? JSON.parse(raw) : null })
    const body = answers[key]
    res.writeHead(body ? 200 : 404, { 'Content-Type': 'application/json' })
    res.end(JSON.stringify(body ?? { status: 404, code: 'gone', detail: '没有', request_id: 'r1' }))
  })
})
await new Promise((r) => server.listen(0, '127.0.0.1', r))
const host = new Host({ base: `http://127.0.0.1:${server.address().port}`, loginCode: () => 'c', payVirtual: async () => {} })
test.after(() => { server.close(); setTimeout(() => process.exit(), 100) })

test('a chance is drawn under a key, with the odds beside the prizes', async () => {
  host.open('/pkg-grow/campaign/CampaignsPage')
  await host.until(() => host.text.includes('学一课，抽一张卡'), 'the campaigns')
  host.open('/pkg-grow/campaign/CampaignPage?id=1')
  await host.until(() => host.text.includes('35%') && host.text.includes('65%'), 'the odds')
  host.tap(/^抽一次$/)
  await host.until(() => host.text.includes('抽中「二十积分」'), 'the draw')
  const draw = seen.find((s) => s.key === 'POST /api/campaigns/1/draws')
  assert.ok(draw.body.key.length >= 8 && draw.body.device.length === 32)
})

test('a reward that waits says so', async () => {
  host.open('/pkg-grow/campaign/CampaignPage?id=2')
  await host.until(() => host.text.includes('2 / 2'), 'the progress')
  host.tap(/^领取$/)
  await host.until(() => host.text.includes('核查通过后发放'), 'what is done about it')
})

test("WeChat's own menu hands on a code that stood ready, and the act is told", async () => {
  const way = (code) => ({ code, url: `https://x/campaign/1?s=${code}`, path: `/campaign/1?s=${code}` })
  answers['POST /api/share-menu'] = { title: '活动1', text: '', image_url: '', friend: way('FRIENDCODE'), moments: way('MOMENTCODE') }
  answers['POST /api/share-menu/used'] = {}
  const from = seen.length
  const asked = (key) => seen.slice(from).filter((s) => s.key === key)
  host.open('/pkg-grow/campaign/CampaignPage?id=1')
  await host.until(() => asked('POST /api/share-menu').length === 1 && host.text.includes('35%'), 'the codes')
  await new Promise((r) => setTimeout(r, 50))
  assert.deepEqual(host.top.call('onShareAppMessage', { from: 'menu' }), { title: '活动1', path: '/pkg-grow/campaign/CampaignPage?id=1&s=FRIENDCODE' })
  await host.until(() => asked('POST /api/share-menu').length === 2, 'another code for the next time')
  assert.deepEqual(host.top.call('onShareTimeline'), { title: '活动1', query: 'id=1&s=MOMENTCODE' })
  await host.until(() => asked('POST /api/share-menu/used').length === 2, 'both acts')
  assert.deepEqual(asked('POST /api/share-menu/used').map((s) => s.body.code), ['FRIENDCODE', 'MOMENTCODE'])
  // A button of the page carries its own share.
  const button = host.top.call('onShareAppMessage', { from: 'button', target: { dataset: { path: '/pkg-grow/campaign/CampaignPage?id=1&s=BUTTON', title: '一起' } } })
  assert.deepEqual([button.path, button.title], ['/pkg-grow/campaign/CampaignPage?id=1&s=BUTTON', '一起'])
  assert.equal(asked('POST /api/share-menu/used').length, 2)
})

test('points are exchanged, badges and checks are shown', async () => {
  host.open('/pkg-grow/shop/ShopPage')
  await host.until(() => host.text.includes('写作清单'), 'the shop')
  host.tap(/^兑换/)
  await host.until(() => host.text.includes('确认兑换'), 'the question')
  host.open('/pkg-grow/badge/BadgesPage')
  await host.until(() => host.text.includes('启程') && host.text.includes('1 / 10 课') && host.text.includes('泊岸'), 'the badges')
  host.open('/pkg-grow/check/ChecksPage')
  await host.until(() => host.text.includes('同一台设备上还有 5 个账号') && host.text.includes('提交申诉'), 'the check')
})
