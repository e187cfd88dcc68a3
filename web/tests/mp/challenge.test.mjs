import test from 'node:test'
import assert from 'node:assert/strict'
import http from 'node:http'
import { Host } from './host.mjs'

// A challenge in the mini program. Canned answers of the API.
const klass = {
  id: 7, title: '28 天清晰表达 第一期', days: 28, mode: 'dates', starts_on: 20261102, ends_on: 20261129, members: 8, capacity: 100, admits: 'anyone', course_id: 0, teacher: '沈牧之', price: 'free', price_fen: 0, sku_id: 0, return_need: 0, about: '每天改一封邮件。', course: '',
  marks: [7, 14, 21, 28].map((day) => ({ day, need: day - 1, title: `第 ${day} 天渡口` })), tasks: [{ day: 0, kind: 'words', lesson_id: 0, minutes: 0, picture: false, audio: false, title: '把一封旧邮件改成三句话', note: '' }],
  make_ups: 3, points: 5, share_weekday: 7, join_until: 0, state: 'open', reason: '', joined: false, today: 20261120,
}
const mates = ['小满', '小舟', '木樨', '半亩', '禾下', '知夏', '迟迟', '南岭'].map((nickname, n) => ({ nickname, me: n === 0, total: 10, streak: 3, today_at: n > 1 ? 1_790_000_000_000 : 0, owes: n < 2 }))
const days = Array.from({ length: 17 }, (_, n) => ({ no: n + 1, day: 20261102 + n, made_up: n === 4, state: 'bare', reason: '', at: 1 }))
const home = {
  class: { ...klass, joined: true }, no: 19, first_day: 20261102, since: 1, task: klass.tasks[0], task_done: true, minutes: 22, checked_in: false, total: 17, streak: 0, best: 17, days, missed: [20261119], asked: [{ ...klass.tasks[0], title: '写一封道歉信' }], cards: 2,
  reached: [{ day: 7, title: '', check_ins: 7, reached_at: 1 }, { day: 14, title: '', check_ins: 14, reached_at: 1 }], squad: { name: '晨光渡', code: 'ABCD2345', room: 0, mates }, awards: [], share_day: false,
}
const post = { id: 31, nickname: '小舟', me: false, day: 20261120, made_up: false, task: '', body: '改后一百六十字', state: 'shown', reason: '', likes: 2, liked: false, reviewed: false, files: [{ id: 5, name: '照片.png', mime: 'image/png', bytes: 9 }, { id: 6, name: '照片二.png', mime: 'image/png', bytes: 9 }, { id: 9, name: '没了.mp3', mime: 'audio/mpeg', bytes: 9 }, { id: 8, name: '朗读.mp3', mime: 'audio/mpeg', bytes: 9 }], reviews: [{ nickname: '木樨', me: false, body: '好读', state: 'shown' }], created_at: 1_790_000_000_000 }
const answers = {
  'GET /api/shop': { name: '试航书院', slogan: '', logo_url: '', icp: '', phone: '', agreements: [], wechat_login: true, sandbox: true },
  'GET /api/me': { id: 3, nickname: '小满', avatar_url: '', phone_masked: '139****0001', large_type: false },
  'GET /api/challenges': { mine: [{ id: 7, title: klass.title, days: 28, no: 19, total: 17, streak: 0, today: false }], open: [] },
  'GET /api/classes/7': klass,
  'GET /api/classes/8': { ...klass, id: 8, price: 'class', price_fen: 19900, sku_id: 88 },
  'POST /api/classes/7/join': home,
  'GET /api/classes/7/home': home,
  'POST /api/classes/7/check-ins': { ...home, checked_in: true, total: 18 },
  'GET /api/classes/7/feed': { items: [post], next_cursor: '' },
  'PUT /api/check-ins/31/like': {},
  'GET /api/check-in-files/5': {},
  'GET /api/check-in-files/8': {},
  'GET /api/classes/7/board': {
    week: 20261116, own: { place: 61, nickname: '小满', me: true, check_ins: 1, score: 10 }, squads: [{ place: 1, name: '晨光渡', mine: true, members: 8, check_ins: 20, permille: 928 }],
    rows: [{ place: 1, nickname: '小舟', me: false, check_ins: 4, score: 44 }, { place: 1, nickname: '木樨', me: false, check_ins: 4, score: 44 }, { place: 3, nickname: '半亩', me: false, check_ins: 3, score: 30 }],
  },
}
const seen = []
const server = http.createServer((req, res) => {
  const key = `${req.method} ${req.url.split('?')[0]}`
  let sent = ''
  req.on('data', (d) => { sent += d })
  req.on('end', () => {
    seen.push([key, sent])
    const body = answers[key]
    res.writeHead(body ? 200 : 404, { 'Content-Type': 'application/json' })
    res.end(JSON.stringify(body ?? { status: 404, code: 'gone', detail: '没有', request_id: 'r1' }))
  })
})
await new Promise((r) => server.listen(0, '127.0.0.1', r))
const host = new Host({ base: `http://127.0.0.1:${server.address().port}`, loginCode: () => 'c', payVirtual: async () => {} })
test.after(() => { server.close(); setTimeout(() => process.exit(), 100) })
const asked = (key) => seen.filter(([k]) => k === key)

test('a class is joined with one tap', async () => {
  host.open('/pkg-grow/challenge/ClassPage?id=7&squad=ABCD2345')
  await host.until(() => host.text.includes('第 21 天渡口') && host.text.includes('免费加入'), 'the class')
  host.tap(/^中午$/)
  host.tap(/^免费加入$/)
  await host.until(() => asked('POST /api/classes/7/join').length === 1, 'the joining')
  assert.deepEqual(JSON.parse(asked('POST /api/classes/7/join')[0][1]), { hours: 1, squad: 'ABCD2345' })
  await host.until(() => host.top.route.includes('ChallengePage'), 'the challenge')
})

test('a class with a price leads to the checkout', async () => {
  host.open('/pkg-grow/challenge/ClassPage?id=8')
  await host.until(() => host.text.includes('报名 ¥199'), 'the price')
  assert.ok(host.text.includes('付款 7 天内可以全额退款'))
  host.tap(/^报名 ¥199/)
  await host.until(() => host.top.route.includes('CheckoutPage'), 'the checkout')
  assert.equal(asked('POST /api/classes/8/join').length, 0)
})

test('the challenge shows the river, the task and the squad', async () => {
  host.open('/pkg-grow/challenge/ChallengePage?id=7')
  await host.until(() => host.text.includes('离第三个渡口还有 2 天'), 'the headline')
  for (const words of ['需累计打卡 20 天，已打卡 17 天', '把一封旧邮件改成三句话', '晨光渡', '今天 6 人已打卡', '补 11 月 19 日', '还有 2 张补卡', '待打卡']) assert.ok(host.text.includes(words), words)
})

test('a day is checked in to', async () => {
  host.open('/pkg-grow/challenge/CheckInPage?id=7')
  await host.until(() => host.text.includes('第 19 天'), 'the task')
  host.tap(/^打卡$/)
  await host.until(() => asked('POST /api/classes/7/check-ins').length === 1, 'the check-in')
  assert.deepEqual(JSON.parse(asked('POST /api/classes/7/check-ins')[0][1]), { day: 0, body: '', files: [] })
  await host.until(() => !host.top.route.includes('CheckInPage'), 'the way back')
})

test('a missed day says what it asked, and after the end there is no form', async () => {
  host.open('/pkg-grow/challenge/CheckInPage?id=7&day=20261119')
  await host.until(() => host.text.includes('补 11 月 19 日，用 1 张补卡') && host.text.includes('写一封道歉信'), 'the task of that day')
  answers['GET /api/classes/7/home'] = { ...home, no: 29, task: undefined, missed: [], asked: [], cards: 0, squad: { ...home.squad, mates: mates.map((m) => ({ ...m, today_at: 0, owes: false })) } }
  host.open('/pkg-grow/challenge/CheckInPage?id=7')
  await host.until(() => host.text.includes('28 天走完了，一共打卡 17 天'), 'the end')
  assert.ok(host.text.includes('到达 2 个里程碑，共 4 个') && host.text.includes('看排行榜'))
  assert.equal(host.find(/^打卡$/).length, 0)
  host.open('/pkg-grow/challenge/SquadPage?id=7')
  await host.until(() => host.text.includes('28 天走完了，一共打卡 17 天') && host.text.includes('改后一百六十字'), 'the squad')
  for (const gone of ['待打卡', '提醒 TA', '邀请码']) assert.ok(!host.text.includes(gone), gone)
  answers['GET /api/classes/7/home'] = home
})

test('the squad and the boards', async () => {
  host.open('/pkg-grow/challenge/SquadPage?id=7')
  await host.until(() => host.text.includes('改后一百六十字') && host.text.includes('好读'), 'the feed')
  // A picture is shown; one that is not there keeps its name.
  await host.until(() => !host.text.includes('照片.png'), 'the picture')
  assert.ok(host.text.includes('照片二.png'))
  assert.equal(host.top.component.dom.querySelectorAll('[class*=po-pic]').length, 1)
  // A recording is fetched when it is asked for, with who asks, and played; one that is not there says so.
  assert.equal(host.requests.filter((r) => r.includes('check-in-files/8')).length, 0)
  host.tap(/^听录音$/)
  await host.until(() => host.sounds[0]?.state === 'playing' && host.find(/^暂停$/).length, 'the recording')
  assert.equal(host.sounds[0].src, host.downloads.at(-1).at)
  assert.match(host.downloads.at(-1).header.Authorization, /^Bearer /)
  host.tap(/^暂停$/)
  await host.until(() => host.sounds[0].state === 'paused' && !host.find(/^暂停$/).length, 'the pause')
  host.tap(/^听录音$/)
  await host.until(() => host.sounds[0].state === 'playing' && host.find(/^暂停$/).length, 'it to go on')
  host.tap(/^听录音$/)
  await host.until(() => host.text.includes('没有放出来，请重试'), 'that it did not come')
  assert.equal(host.sounds.length, 1)
  host.wxBack()
  await host.until(() => host.sounds[0].state === 'gone', 'silence')
  host.open('/pkg-grow/challenge/BoardPage?id=7')
  await host.until(() => host.text.includes('92.8%') && host.text.includes('晨光渡（我们）'), 'the boards')
  assert.match(host.text, /61\s*我/)
})

test('the list of challenges', async () => {
  host.open('/pkg-grow/challenge/ChallengesPage')
  await host.until(() => host.text.includes('今天还没打卡') && host.text.includes('第 19 / 28 天'), 'the own challenge')
})
