import test from 'node:test'
import assert from 'node:assert/strict'
import http from 'node:http'
import { Host } from './host.mjs'

// Canned answers of the learner API for the pages of the shop's sub-package and the pages that lead there.
const HOUR = 3_600_000
const now = Date.now()
const sku = (id, name, price_fen, more = {}) => ({ id, name, price_fen, period_days: 0, period_months: 0, until_at: 0, trial: false, ...more })
const goods = (more) => ({ id: 30, kind: 'bundle', title: '写作合集', promise: '一起学', cover_url: '', scene: 'boat', price_fen: 25900, deals: [], intro_html: '', course_id: 0, lesson_id: 0, pay_permille: 1000, opens_all: false, skus: [sku(300, '长期有效', 25900)], courses: [], categories: [], refund_policy: { days: 7, max_watched_percent: 20, text: '' }, ...more })
const gold = goods({ id: 31, kind: 'membership', title: '全站会员', opens_all: true, pay_permille: 800, skus: [sku(310, '年卡', 39900, { period_months: 12 })] })
const coupon = (more) => ({ id: 5, coupon_id: 5, name: '秋读券', off_fen: 2000, pay_permille: 0, cap_fen: 0, at_fen: 5000, scope: {}, stackable: false, state: 'open', valid_from: 0, valid_until: 0, valid_days: 30, left_units: 9, ...more })
const group = (more) => ({ id: 90, sku_id: 300, size: 2, paid: 1, left_seats: 1, state: 'forming', deadline_at: now + 3 * HOUR + 60_000, now_at: now, title: '写作合集', sku_name: '长期有效', course_id: 0, product_id: 30, cover_url: '', scene: 'boat', list_fen: 25900, alone_fen: 25900, price_fen: 19900, members: [{ nickname: '阿舟', avatar_url: '', joined_at: now }], mine: false, ...more })
const line = (label, amount_fen, reason = '') => ({ label, amount_fen, reason })
const order = (more) => ({ no: 'GIFT00000001', status: 'paid', status_label: '已支付', total_fen: 51800, paid_fen: 51800, refunded_fen: 0, created_at: now, expires_at: 0, paid_at: now, items: [{ id: 1, course_id: 0, title: '写作合集', sku_name: '长期有效', price_fen: 51800, period_days: 0, period_months: 0, until_at: 0, cover_url: '', scene: 'boat', kind: 'bundle', product_id: 30, quantity: 2, refunded_fen: 0 }], quote_lines: [line('长期有效', 51800)], refunds: [], channels: [], refundable: { item_id: 0, allowed: false, reason: '', max_fen: 0 }, gift: true, group_id: 0, delivered: true, ...more })
let groupState = {}
const quotes = []
const menus = []
const used = []
const answers = {
  'GET /api/shop': () => ({ name: '试航书院', slogan: '', logo_url: '', icp: '', phone: '', agreements: [], wechat_login: true, sandbox: true }),
  'GET /api/me': () => ({ id: 1, nickname: '阿帆', avatar_url: '', phone_masked: '139****0001', large_type: false }),
  'GET /api/products': (q) => ({ items: q.kind === 'membership' ? [gold] : q.kind === 'bundle' ? [goods({})] : [], next_cursor: '' }),
  'GET /api/products/30': () => goods({}),
  'GET /api/products/31': () => gold,
  'GET /api/products/30/promotions': () => ({ items: [{ id: 1, kind: 'group', label: '结伴学', sku_ids: [300], prices: [{ sku_id: 300, price_fen: 19900, was_fen: 25900 }], starts_at: 0, price_fen: 19900, pay_permille: 0, cap_fen: 0, steps: [], ends_at: now + 9 * HOUR, group_size: 2, group_hours: 24, left_units: -1, note: '', now_at: now }], next_cursor: '' }),
  'GET /api/products/31/promotions': () => ({ items: [], next_cursor: '' }),
  'GET /api/skus/300/groups': () => ({ items: [group({ members: [] })], next_cursor: '' }),
  'GET /api/me/memberships': () => ({ items: [{ product_id: 31, title: '全站会员', until_at: new Date(new Date().getFullYear() + 1, 4, 6).getTime() }], next_cursor: '' }),
  'GET /api/coupons': () => ({ items: [coupon({})], next_cursor: '' }),
  'POST /api/coupons/5/claim': () => null,
  'GET /api/me/coupons': () => ({ items: [coupon({ id: 50, state: 'used', valid_until: now + HOUR }), coupon({ id: 51, coupon_id: 6, name: '新人券', state: 'ready', valid_until: now + 24 * HOUR })], next_cursor: '' }),
  'POST /api/coupons/code': () => ({ status: 429, code: 'guess_too_often', detail: '尝试次数太多，请稍后再试', request_id: 'r2', retry_after_s: 600 }),
  'GET /api/groups/90': () => group(groupState),
  'GET /api/gifts/tok123456': () => ({ token: 'tok123456', url: '', nth: 1, state: 'open', received_at: 0, title: '写作合集', sku_name: '长期有效', kind: 'bundle', course_id: 0, giver: '阿舟', mine: false }),
  'GET /api/me/services': () => ({ items: [
    { id: 2, title: '一对一咨询', sku_name: '一小时', quantity: 1, cover_url: '', scene: 'boat', order_no: '', giver: '阿舟', refunding: false, at: now, service: { state: 'done', label: '已交付', note: '谈了一小时', given_at: 0, done_at: now } },
    { id: 1, title: '简历修改', sku_name: '一份', quantity: 2, cover_url: '', scene: 'boat', order_no: 'SERV00000001', giver: '', refunding: false, at: now, service: { state: 'waiting', label: '待交付', note: '', given_at: 0, done_at: 0 } },
  ], next_cursor: '' }),
  'POST /api/share-menu': (_, body) => {
    menus.push(body)
    const way = (code) => ({ code, url: `https://x/p/30?s=${code}`, path: `/p/30?s=${code}` })
    return { title: '写作合集', text: '', image_url: '', friend: way('FRIENDCODE'), moments: way('MOMENTCODE') }
  },
  'POST /api/share-menu/used': (_, body) => { used.push(body.code); return null },
  'POST /api/gifts/tok123456/receive': () => null,
  'GET /api/orders/GIFT00000001': () => order({}),
  'GET /api/orders/GIFT00000001/gifts': () => ({ items: [{ token: 'aaaaaaaa1', nth: 1, state: 'open', received_at: 0 }, { token: 'aaaaaaaa2', nth: 2, state: 'received', received_at: now }], next_cursor: '' }),
  'POST /api/quotes': (_, body) => {
    quotes.push(body)
    const n = body.items[0].quantity
    return { token: 't', sku_id: 300, sku_name: '长期有效', course_id: 0, course_title: '写作合集', cover_url: '', scene: 'boat', instructor_name: '', period_days: 0, period_months: 0, until_at: 0, kind: 'bundle', items: [], gift: !!body.gift, in_group: !!body.group, list_fen: 25900 * n, was_fen: 0, total_fen: 25900 * n - (body.no_coupon ? 0 : 2000), lines: [line('长期有效', 25900 * n, '当前售价'), ...(body.no_coupon ? [] : [line('新人券', -2000, '无门槛')])], not_applied: [{ kind: 'member', rule_id: 31, label: '全站会员价', reason: '开通会员可用' }], channel: 'wechat_virtual', channel_label: '微信虚拟支付', channels: [{ channel: 'wechat_virtual', label: '微信虚拟支付' }], refund_text: '', terms_text: '我知道这是数字内容', expires_at: now + HOUR, already_owned: false }
  },
}
const server = http.createServer(async (req, res) => {
  let text = ''
  for await (const part of req) text += part
  const [path, query = ''] = req.url.split('?')
  const make = answers[`${req.method} ${path}`]
  const body = make ? make(Object.fromEntries(new URLSearchParams(query)), text ? JSON.parse(text) : undefined) : { status: 404, code: 'gone', detail: '没有', request_id: 'r1' }
  const status = body === null ? 204 : body.code && body.status ? body.status : 200
  res.writeHead(status, { 'Content-Type': 'application/json' })
  res.end(status === 204 ? undefined : JSON.stringify(body))
})
await new Promise((r) => server.listen(0, '127.0.0.1', r))
const host = new Host({ base: `http://127.0.0.1:${server.address().port}`, loginCode: () => 'c', payVirtual: async () => {} })
test.after(() => { server.close(); setTimeout(() => process.exit(), 100) })

test('bundles are listed and one tells its group price and an open group', async () => {
  host.open('/pkg-shop/goods/BundlesPage')
  await host.until(() => host.text.includes('写作合集') && host.text.includes('¥259.00'), 'the list')
  host.tap(/^写作合集$/)
  await host.until(() => host.top.route === 'pkg-shop/goods/GoodsPage' && host.text.includes('2 人拼团¥199.00') && host.text.includes('还差 1 人'), 'the bundle with its group')
  assert.match(host.text, /单独买 ¥259\.00/)
})

test('memberships say what they open and until when the visitor has one', async () => {
  host.open('/pkg-shop/goods/MembershipsPage')
  await host.until(() => host.text.includes('全部课程和专栏') && host.text.includes('到期'), 'the tiers')
  assert.match(host.text, /5 月 6 日到期/)
  assert.match(host.text, /12 个月有效/)
  assert.match(host.text, /续费/)
})

test('a coupon is claimed, and the wallet tells usable from used', async () => {
  host.open('/pkg-shop/coupon/CouponsPage')
  await host.until(() => host.text.includes('满 ¥50.00 可用'), 'the coupons')
  await host.until(() => host.text.includes('已领取'), 'that it was had before')
  host.open('/pkg-shop/coupon/WalletPage')
  await host.until(() => host.text.includes('新人券'), 'the wallet')
  assert.doesNotMatch(host.text, /秋读券/)
  host.tap(/^已使用$/)
  await host.until(() => host.text.includes('秋读券') && !host.text.includes('新人券'), 'what was used')
})

test('a forming group shows its seats, invites others, and says when it succeeded', async () => {
  host.open('/pkg-shop/group/GroupPage?id=90')
  await host.until(() => host.text.includes('还差 1 人成团') && host.text.includes('参加拼团 ¥199.00'), 'the group')
  assert.match(host.text, /还剩 3 小时/)
  assert.match(host.text, /阿舟/)
  // It is handed on by its own address, with the code of a share of what it buys, from the menu and from the button.
  await host.until(() => menus.at(-1)?.id === 30, 'the codes')
  assert.equal(menus.at(-1).kind, 'product')
  await new Promise((r) => setTimeout(r, 50))
  const at = '/pkg-shop/group/GroupPage?id=90'
  const invite = host.top.call('onShareAppMessage', { from: 'button', target: { dataset: { path: at, title: '2 人一起买《写作合集》' } } })
  assert.deepEqual(invite, { title: '2 人一起买《写作合集》', path: `${at}&s=FRIENDCODE` })
  await host.until(() => used.length === 1, 'the act')
  assert.deepEqual(host.top.call('onShareAppMessage', { from: 'menu' }), invite)
  await host.until(() => used.length === 2, 'the other act')
  groupState = { state: 'succeeded', paid: 2, left_seats: 0, mine: true }
  host.open('/pkg-shop/group/GroupPage?id=90')
  await host.until(() => host.text.includes('拼团成功') && host.text.includes('你买的内容已经开通'), 'the success')
})

test('a gift is received', async () => {
  host.open('/pkg-shop/gift/GiftPage?token=tok123456')
  await host.until(() => host.text.includes('阿舟 送你') && host.find(/^领取$/).length, 'the gift')
  host.tap(/^领取$/)
  await host.until(() => host.text.includes('领取成功'), 'that it was received')
})

test('own services say how each stands, whether bought or received', async () => {
  host.open('/pkg-shop/service/OwnServicesPage')
  await host.until(() => host.text.includes('一对一咨询') && host.text.includes('简历修改'), 'the services')
  assert.match(host.text, /阿舟送的/)
  assert.match(host.text, /已交付.*谈了一小时/s)
  assert.match(host.text, /待交付.*交付前可全额退款/s)
})

test('the checkout of a gift counts copies, and coupons can be kept', async () => {
  host.open('/features/buy/CheckoutPage?sku=300&gift=1')
  await host.until(() => host.text.includes('支付 ¥239.00') && host.text.includes('已用 新人券'), 'the quote')
  assert.match(host.text, /另有 1 项没有用上/)
  assert.doesNotMatch(host.text, /开通会员可用/)
  host.tap(/^另有 1 项没有用上$/)
  await host.until(() => host.text.includes('开通会员可用'), 'why it was not used')
  host.tap(/^优惠券已用/)
  await host.until(() => host.text.includes('这次不用'), 'the chooser')
  host.tap(/^这次不用$/)
  await host.until(() => host.text.includes('支付 ¥259.00'), 'the price without')
  assert.deepEqual(quotes.at(-1), { items: [{ sku_id: 300, quantity: 1 }], gift: true, no_coupon: true })
})

test('an order of gifts lists its copies with links to share', async () => {
  host.open('/features/buy/OrderPage?no=GIFT00000001')
  await host.until(() => host.text.includes('退回未领取的 1 份') && host.text.includes('发领取链接'), 'the copies')
  const share = host.top.call('onShareAppMessage', { from: 'button', target: { dataset: { path: '/pkg-shop/gift/GiftPage?token=aaaaaaaa1', title: '送你' } } })
  if (share) assert.equal(share.path, '/pkg-shop/gift/GiftPage?token=aaaaaaaa1')
})

test('an order that is not there leads to the list', async () => {
  host.open('/features/buy/OrderPage?no=NOSUCHORDER1')
  await host.until(() => host.text.includes('没有找到这笔订单') && host.find(/^看我的订单$/).length, 'that there is no such order')
})
