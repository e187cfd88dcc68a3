// What others wrote must understand the sandbox, and our door must understand what
// others sign: else both ends of our own tests could share one mistake.
import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import test, { after, before } from 'node:test'
import plugin from 'wechatpay-axios-plugin'
import sheets from 'xlsx'
import { buyByAPI } from './learner.mjs'
import { startServer, until } from './server.mjs'
import { asStaff, secure } from './staff.mjs'

const { Wechatpay, Rsa, Aes, Formatter } = plugin
let server, keys, platform, merchant, listener
const notices = []

before(async () => {
  server = await startServer('merchant')
  keys = JSON.parse(readFileSync(path.join(server.dir, 'data/sandbox/sandbox-keys.json'), 'utf8'))
  const own = createPrivateKey(keys.PublicPEM) // the sandbox plays WeChat: it holds the private half
  platform = { own, shown: createPublicKey(own) }
  merchant = new Wechatpay({ mchid: keys.MchID, serial: keys.MerchantSerial, privateKey: createPrivateKey(keys.MerchantPEM), certs: { [keys.PublicKeyID]: platform.shown } })
  listener = http.createServer(async (req, res) => {
    let body = ''
    for await (const part of req) body += part
    notices.push({ headers: req.headers, body })
    res.writeHead(204).end()
  })
  await new Promise((done) => { listener.listen(0, '127.0.0.1', done) })
})

after(async () => {
  listener?.close()
  await server?.stop()
})

const outside = () => ({ baseURL: `${server.base}/sandbox/wechatpay/`, headers: { 'Wechatpay-Serial': keys.PublicKeyID } })

const create = (no) => merchant.v3.pay.transactions.native.post({
  appid: keys.OfficialAppID, mchid: keys.MchID, description: '交叉验证', out_trade_no: no,
  notify_url: `http://127.0.0.1:${listener.address().port}/pay`, amount: { total: 1234, currency: 'CNY' },
}, outside())

const signed = ({ headers, body }) => Rsa.verify(
  Formatter.joinedByLineFeed(headers['wechatpay-timestamp'], headers['wechatpay-nonce'], body), headers['wechatpay-signature'], platform.shown)

const opened = ({ resource }, key = keys.APIv3Key) => JSON.parse(Aes.AesGcm.decrypt(resource.ciphertext, key, resource.nonce, resource.associated_data))

test('another signer is understood, and its verifier accepts the answer', async () => {
  const no = `10${Date.now()}`
  const { data } = await create(no) // the plugin throws when the answer's signature is wrong
  assert.match(data.code_url, /^http/)
  const asked = await merchant.v3.pay.transactions.outTradeNo[no].get({ ...outside(), params: { mchid: keys.MchID } })
  assert.equal(asked.data.trade_state, 'NOTPAY')
})

test('a merchant with the wrong key is refused', async () => {
  const stranger = new Wechatpay({ mchid: keys.MchID, serial: keys.MerchantSerial, privateKey: platform.own, certs: { [keys.PublicKeyID]: platform.shown } })
  const refused = await stranger.v3.pay.transactions.native.post({}, outside()).catch((e) => e.response)
  assert.equal(refused.status, 401)
  assert.equal(refused.data.code, 'SIGN_ERROR')
})

test('a notification verifies and opens; a changed one does neither', async () => {
  const no = `20${Date.now()}`
  await create(no)
  const paid = await fetch(`${server.base}/sandbox/panel/api/pay`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ out_trade_no: no }) })
  assert.equal(paid.status, 200)
  const notice = await until(() => notices[0], 'the notification')
  assert.ok(signed(notice))
  const body = JSON.parse(notice.body)
  const plain = opened(body)
  assert.deepEqual([plain.out_trade_no, plain.trade_state, plain.amount.total], [no, 'SUCCESS', 1234])
  assert.equal(signed({ ...notice, body: notice.body.replace('TRANSACTION', 'TRANSACTIOM') }), false)
  const torn = Buffer.from(body.resource.ciphertext, 'base64')
  torn[3] ^= 1
  assert.throws(() => opened({ resource: { ...body.resource, ciphertext: torn.toString('base64') } }))
  assert.throws(() => opened(body, 'x'.repeat(32)))
})

/** A notification as the plugin makes it, about a number that nobody knows. */
function made({ signer = platform.own, key = keys.APIv3Key, at = Formatter.timestamp() } = {}) {
  const iv = randomBytes(6).toString('hex')
  const plain = JSON.stringify({
    mchid: keys.MchID, appid: keys.OfficialAppID, out_trade_no: `Z${Date.now()}`, transaction_id: `42${Date.now()}`, trade_type: 'NATIVE', trade_state: 'SUCCESS',
    success_time: new Date().toISOString(), payer: { openid: 'o' }, amount: { total: 1, payer_total: 1, currency: 'CNY', payer_currency: 'CNY' },
  })
  const body = JSON.stringify({
    id: randomBytes(16).toString('hex'), create_time: new Date().toISOString(), resource_type: 'encrypt-resource', event_type: 'TRANSACTION.SUCCESS', summary: '支付成功',
    resource: { original_type: 'transaction', algorithm: 'AEAD_AES_256_GCM', nonce: iv, associated_data: 'transaction', ciphertext: Aes.AesGcm.encrypt(plain, key, iv, 'transaction') },
  })
  const nonce = Formatter.nonce()
  return {
    body,
    headers: {
      'Content-Type': 'application/json', 'Wechatpay-Serial': keys.PublicKeyID, 'Wechatpay-Timestamp': `${at}`, 'Wechatpay-Nonce': nonce,
      'Wechatpay-Signature': Rsa.sign(Formatter.joinedByLineFeed(at, nonce, body), signer),
    },
  }
}

const deliver = async ({ headers, body }) => (await fetch(`${server.base}/hook/wechatpay/payment`, { method: 'POST', headers, body })).status

test('our door takes what another signs, and nothing that is forged, changed, stale or sealed with another key', async () => {
  assert.equal(await deliver(made()), 204)
  assert.equal(await deliver(made({ signer: createPrivateKey(keys.MerchantPEM) })), 401)
  const good = made()
  assert.equal(await deliver({ ...good, body: good.body.replace('TRANSACTION.SUCCESS', 'TRANSACTION.SUCCESs') }), 401)
  assert.equal(await deliver(made({ at: Formatter.timestamp() - 301 })), 401)
  assert.ok([400, 401].includes(await deliver(made({ key: 'x'.repeat(32) }))))
})

test("another's spreadsheet reader finds in our file what stands in the table of commas, amounts as numbers", async () => {
  const ask = await asStaff(server.base, 'finance', server.passwords.finance)
  await secure(ask)
  await buyByAPI(server.base, '13900007777')
  const file = async (format) => {
    const { id } = await ask('POST', 'exports', { kind: 'ledger', format }, `cross-check-${format}`)
    await until(async () => (await ask('GET', `exports/${id}`)).state === 'done', 'the export')
    return ask('GET', `exports/${id}/file`)
  }
  const rows = (book) => sheets.utils.sheet_to_json(book.Sheets[book.SheetNames[0]], { header: 1, raw: true, defval: '' })
  const ours = sheets.read(await file('xlsx'))
  const table = rows(ours)
  const plain = rows(sheets.read((await file('csv')).toString('utf8').replace(/^\uFEFF/, ''), { type: 'string', raw: true }))
  assert.ok(table.length > 2, 'a sale has entries')
  const text = (c) => String(c).replace(/^\t/, '') // which keeps spreadsheets from reading a table's long numbers as amounts
  assert.deepEqual(table.map((r) => r.map(String)), plain.map((r) => r.map((c) => (/^\d+\.\d\d$/.test(c) ? String(Number(c)) : text(c)))))
  const debit = table[0].indexOf('借方')
  assert.ok(debit > 0)
  assert.deepEqual(new Set(table.slice(1).map((r) => typeof r[debit])), new Set(['number']))
  assert.equal(typeof table[1][0], 'string', 'a number of 15 digits and more is text: spreadsheets would round it')
})
