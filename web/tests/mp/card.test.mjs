import test from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { asStaff } from '../e2e/staff.mjs'
import { Host } from './host.mjs'

// What study brought, in the mini program and against a running server: evidence cards, what came of shares, rewards with
// files, a class that introduces itself. All of it is made through the API.
const base = process.env.ZZ_BASE_URL
const password = process.env.ZZ_OPERATOR
assert.ok(base && password, 'set ZZ_BASE_URL to a running demo server with its sandbox and ZZ_OPERATOR to the password of its operator')

const mini = { 'Content-Type': 'application/json', 'X-Client': 'mp-weixin', 'X-Os': 'android' }
const ask = async (method, at, body, headers = mini) => {
  const r = await fetch(`${base}/${at}`, { method, headers, body: body && JSON.stringify(body) })
  const text = await r.text()
  assert.ok(r.ok, `${method} ${at} answered ${r.status}: ${text}`)
  return text ? JSON.parse(text) : null
}
const loginCode = async (person) => (await ask('POST', 'sandbox/panel/api/login-code', { person })).code
const bearing = (token) => (method, at, body, more) => ask(method, `api/${at}`, body, { ...mini, ...more, Authorization: `Bearer ${token}` })

const run = Date.now().toString(36)
const staff = await asStaff(base, 'operator', password)
const code = await loginCode(`mp-card-${run}`)
const host = new Host({ base, loginCode: () => code, payVirtual: async () => {} })
test.after(() => setTimeout(() => process.exit(), 100))

/** A file of the library, as the console sends it: in one piece. Answers its number. */
async function upload(name, bytes) {
  const login = await fetch(`${base}/api/console/auth/login`, { method: 'POST', headers: { 'Content-Type': 'application/json', Origin: base }, body: JSON.stringify({ login: 'operator', password }) })
  const headers = { Cookie: login.headers.getSetCookie().map((c) => c.split(';')[0]).join('; '), Origin: base, 'Tus-Resumable': '1.0.0' }
  const b64 = (s) => Buffer.from(s).toString('base64')
  const begun = await fetch(`${base}/api/console/uploads/`, { method: 'POST', headers: { ...headers, 'Upload-Length': String(bytes.length), 'Upload-Metadata': `filename ${b64(name)},purpose ${b64('attachment')}` } })
  assert.equal(begun.status, 201, await begun.text())
  const sent = await fetch(new URL(begun.headers.get('Location'), base), { method: 'PATCH', headers: { ...headers, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' }, body: bytes })
  assert.equal(sent.status, 204, await sent.text())
  return Number(sent.headers.get('Zz-Asset-Id'))
}

const everywhere = { on_h5: true, on_wechat: true, on_mini: true, version: 0 }
const paper = readFileSync(path.resolve(import.meta.dirname, '../../../demo/paper/handbook.pdf'))
const list = await staff('GET', 'courses')
const course = await ask('GET', `api/courses/${list.items.find((c) => c.title === '从一碗米饭开始').id}`)
let me, friend, card, shared, redeemed, won

test('who has no card yet is told how they come', async () => {
  host.open('/pkg-grow/card/CardsPage')
  await host.until(() => host.top.route.endsWith('LoginPage') && host.text.includes('《'), 'the login page')
  host.tap(/^我已阅读并同意$/)
  host.tap(/^微信登录$/)
  await host.until(() => host.top.route === 'pkg-grow/card/CardsPage' && host.text.includes('还没有学习证据卡'), 'the empty gallery')
  me = bearing(host.storage.get('zz_token'))
})

test('a finished lesson makes a card, which lies in the gallery', async () => {
  const quote = await me('POST', 'quotes', { sku_id: course.skus[0].id })
  await me('POST', 'orders', { quote_token: quote.token, terms_confirmed: true }, { 'Idempotency-Key': `mp-card-${run}` })
  const [lesson] = course.chapters.flatMap((c) => c.lessons)
  await me('POST', `lessons/${lesson.id}/read`, { seq: 1, screens: [], position_permille: 0 })
  await fetch(`${base}/sandbox/panel/do/clock`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ seconds: '600' }) })
  const { screens } = await me('GET', `lessons/${lesson.id}`)
  await me('POST', `lessons/${lesson.id}/read`, { seq: 2, position_permille: 1000, screens: Array.from({ length: screens }, (_, i) => ({ screen: i + 1, ms: Math.floor(590_000 / screens) })) })
  card = (await me('GET', 'me/cards')).items.find((c) => c.kind === 'lesson')
  assert.equal(card.title, lesson.title)

  host.wxBack()
  host.open('/pkg-grow/card/CardsPage')
  await host.until(() => host.text.includes(lesson.title), 'the card')
  const day = String(card.until)
  for (const words of ['学完了一课', '课时', `学完 1/${card.lessons_all} 课`, `学习 ${card.minutes} 分钟`, `${day.slice(0, 4)} 年 ${Number(day.slice(4, 6))} 月 ${Number(day.slice(6))} 日`]) assert.ok(host.text.includes(words), `${words}: ${host.text}`)
})

const picture = () => new URL(host.source('[class*=ev-pic]'), base)

test('its owner chooses how it names them and what it looks like', async () => {
  host.tap(new RegExp(card.title))
  await host.until(() => host.top.route === 'pkg-grow/card/OwnCardPage' && host.text.includes(`学完了一课「${card.title}」`), 'the own card')
  for (const [words, shown] of [['加星号', 'masked'], ['不显示', 'hidden'], ['昵称', 'nickname']]) {
    host.tap(new RegExp(`^${words}$`))
    await host.until(() => host.find(new RegExp(`^${words}$`)).some((e) => /\bon\b/.test(e.className)), `${words} to be chosen`)
    const now = await me('GET', `me/cards/${card.id}`)
    assert.equal(now.shown, shown)
    assert.equal(picture().searchParams.get('as'), `${shown}-${now.name}`)
    assert.equal(now.name === '', shown === 'hidden')
  }
  host.tap(/^方版$/)
  host.tap(/^深色$/)
  await host.until(() => picture().pathname === `/card/${card.code}/square-dark.png`, 'the dark square picture')
  const drawn = await fetch(base + picture().pathname)
  assert.deepEqual([drawn.status, drawn.headers.get('Content-Type')], [200, 'image/png'])
})

test('it is handed on to a friend of WeChat with a code of its own', async () => {
  host.tap(/^分享$/)
  const button = await host.until(() => [...host.top.component.dom.querySelectorAll('*')].find((e) => e.__wxElement?.dataset?.path?.includes('CardPage')), 'the way to a friend')
  shared = (await me('GET', 'me/shares')).items[0]
  assert.deepEqual([shared.kind, shared.channel, shared.visits], ['card', 'friend', 0])
  assert.equal(button.__wxElement.dataset.path, `/pkg-grow/card/CardPage?code=${card.code}&s=${shared.code}`)
})

test('a friend who came by it is counted, and their words are set out', async () => {
  const agreed = await Promise.all(['user_agreement', 'privacy_policy'].map(async (kind) => ({ kind, version: (await ask('GET', `api/agreements/${kind}`)).version })))
  const visitor = `mp-card-visitor-${run}`
  await ask('POST', 'api/visits', { code: shared.code, visitor })
  friend = bearing((await ask('POST', 'api/auth/mp', { code: await loginCode(`mp-friend-${run}`), consents: agreed, visitor })).token)
  await friend('PUT', `cards/${card.code}/like`)
  host.open('/pkg-grow/share/SharesPage')
  await host.until(() => /微信好友.*1\s*打开\s*1\s*注册\s*0\s*购买/.test(host.text), 'what came of the share')
  assert.ok(host.text.includes(card.title), host.text)
})

test('anybody reads what the card states beside what is counted now, and reacts', async () => {
  host.open(`/pkg-grow/card/CardPage?code=${card.code}`)
  await host.until(() => host.text.includes('学习记录属实'), 'the verdict')
  const now = await ask('GET', `api/cards/${card.code}`)
  assert.ok(now.minutes_now > 0)
  for (const words of [`学完课时${card.lessons} / ${card.lessons_all}${now.lessons_now}`, `学习时长${card.minutes} 分钟${now.minutes_now} 分钟`, card.code.match(/.{4}/g).join(' '), `也来学《${course.title}》`]) assert.ok(host.text.replace(/\s/g, '').includes(words.replace(/\s/g, '')), `${words}: ${host.text}`)
  await host.until(() => /点赞\s*1/.test(host.text) && host.text.includes('还没有留言'), 'the thumb of the friend')
  host.tap(/^点赞\s*1$/)
  await host.until(() => /已赞\s*2/.test(host.text), 'the own thumb')
  assert.equal((await ask('GET', `api/cards/${card.code}/comments`)).reactions.likes, 2)
  // Nothing is sent before something is written.
  const said = () => host.requests.filter((r) => r.startsWith('POST') && r.includes('/comments'))
  host.tap(/^发出$/)
  await new Promise((r) => setTimeout(r, 300))
  assert.equal(said().length, 0)
  host.type(/^留言/, '第一课读完了，继续。')
  host.tap(/^助力：这条留言排在前面$/)
  await host.until(() => host.top.component.dom.querySelector('[class*=check-box][class*=on]'), 'the tick')
  host.tap(/^发出$/)
  await host.until(() => /已发出|已收到，审核后/.test(host.text) && host.text.includes('第一课读完了，继续。'), 'the words')
  assert.equal(said().length, 1)
  assert.ok(host.text.includes('你已为这张卡助力'))
})

test('a card that is not there says so', async () => {
  host.open('/pkg-grow/card/CardPage?code=23456789ABCD')
  await host.until(() => host.text.includes('没有这张学习证据卡'), 'that there is none')
})

/** Taps the button that fetches a file, and looks at what was fetched and shown. */
async function fetched(url) {
  const before = host.downloads.length
  host.tap(/^下载文件$/)
  await host.until(() => host.opened.length > before, 'the document to be shown')
  const [got] = host.downloads.slice(before)
  assert.equal(host.downloads.length, before + 1)
  assert.equal(new URL(got.url, base).pathname, url)
  assert.equal(got.header.Authorization, `Bearer ${host.storage.get('zz_token')}`)
  assert.equal(got.header['X-Client'], 'mp-weixin')
  assert.equal(got.status, 200)
  assert.ok(got.bytes.equals(paper), 'the file is another one')
  assert.deepEqual(host.opened.at(-1), { at: got.at, kind: 'pdf' })
}

test('what points were exchanged for is listed, and its file is shown', async () => {
  const file = await upload('写作手册.pdf', paper)
  const goods = await staff('PUT', 'points-shop/0', { kind: 'material', ref_id: file, amount: 0, title: `写作手册 ${run}`, words: '', body: '先读第一节', price_points: 10, stock: 5, per_user: 1, shown: true, position: 9, ...everywhere })
  host.open('/pkg-grow/shop/RedemptionsPage')
  await host.until(() => host.text.includes('还没有兑换过'), 'that nothing was exchanged')
  await staff('POST', `users/${(await me('GET', 'me')).id}/points`, { points: 50, reason: '补发' }, `mp-card-${run}`)
  redeemed = await me('POST', `points-shop/${goods.id}/redemptions`, { points: 10, key: `mp-card-${run}` })
  host.open('/pkg-grow/shop/RedemptionsPage')
  await host.until(() => host.text.includes(`写作手册 ${run}`), 'what was exchanged')
  assert.match(host.text, /先读第一节.*−10/)
  await fetched(`/api/me/redemptions/${redeemed.id}/file`)
  assert.equal((await fetch(`${base}/api/me/redemptions/${redeemed.id}/file`, { headers: mini })).status, 401)
})

test('what a campaign gave is listed, and its file is shown', async () => {
  const file = await upload('新人手册.pdf', paper)
  host.open('/pkg-grow/campaign/GiftsPage')
  await host.until(() => host.text.includes('还没有活动奖励'), 'that nothing was won')
  const now = (await ask('GET', `api/cards/${card.code}`)).checked_at
  const { id } = await staff('PUT', 'campaigns/0', {
    kind: 'journey', title: `新人 ${run}`, words: '', cause: 'study', starts_at: now - 60_000, ends_at: now + 86_400_000, budget_fen: 1000, budget_count: 10, per_user: 1, per_device: 9, newcomer_days: 7, ...everywhere,
    prizes: [{ id: 0, kind: 'material', ref_id: file, amount: 0, title: '新人手册', body: '从第一节读起', value_fen: 100, odds_ppm: 0, stock: 5, given: 0, step: 'lessons', need: 1 }],
  })
  await staff('POST', `campaigns/${id}/state`, { to: 'running' })
  const [prize] = (await me('GET', `campaigns/${id}`)).prizes
  won = await me('POST', `campaigns/${id}/claims`, { prize_id: prize.id, device: 'd'.repeat(32) })
  host.open('/pkg-grow/campaign/GiftsPage')
  await host.until(() => host.text.includes('新人手册') && host.text.includes('已到账'), 'what was won')
  assert.match(host.text, /资料 ·.*从第一节读起/)
  await fetched(`/api/me/gifts-won/${won.id}/file`)
})

test('a class introduces itself by a clip, which is fetched when it is asked for', async () => {
  const [klass] = (await ask('GET', 'api/challenges')).open
  // The videos of the demo school are encoded after its start, one after another.
  let clip
  for (const end = Date.now() + 600_000; !clip && Date.now() < end;) {
    clip = (await staff('GET', 'library?form=video&state=ready&limit=1')).items[0]
    if (!clip) await new Promise((r) => setTimeout(r, 2000))
  }
  assert.ok(clip, 'no video of the demo school was encoded within ten minutes')
  const { title, about, join_until, capacity, teacher, share_weekday, version } = await staff('GET', `classes/${klass.id}`)
  await staff('PUT', `classes/${klass.id}`, { title, about, join_until, capacity, teacher, share_weekday, version, clip_id: clip.id })
  host.open(`/pkg-grow/challenge/ClassPage?id=${klass.id}`)
  await host.until(() => host.text.includes(title) && /播放视频 · \d+:\d\d/.test(host.text), 'the clip')
  const asked = () => host.requests.filter((r) => r.startsWith('POST') && r.endsWith(`/api/classes/${klass.id}/play`)).length
  assert.equal(asked(), 0)
  host.tap(/^播放视频 · /)
  const at = new URL(await host.until(() => host.source('wx-video'), 'the video'), base)
  assert.equal(asked(), 1)
  assert.match(await (await fetch(base + at.pathname + at.search)).text(), /^#EXTM3U/)
})
