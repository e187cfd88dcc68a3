import { launch, openWindow, sizes } from './browser.mjs'
import { signInBySMS } from './learner.mjs'
import { startServer } from './server.mjs'
import { asStaff } from './staff.mjs'
import AxeBuilder from '@axe-core/playwright'
const server = await startServer('shots')
const browser = await launch()
try {
  const ask = await asStaff(server.base, 'operator', server.passwords.operator)
  const { items } = await (await fetch(`${server.base}/api/courses?limit=50`)).json()
  const free = await (await fetch(`${server.base}/api/courses/${items.find((c) => c.is_free).id}`)).json()
  const { id: hw } = await ask('POST', `courses/${free.id}/lessons`, { chapter_id: free.chapters[0].id, title: '作业：写一份给新同学的说明', form: 'homework' })
  await ask('PUT', `lessons/${hw}/homework`, { version: 0, task_html: '<p>照着课里的步骤煮一碗饭，写下用水量和时间。</p>', due_at: 0, due_days: 7, most: 3, peers: 0, peers_decide: false, pass_permille: 600, rubric: [{ title: '步骤完整', note: '淘、泡、煮、焖', points: 6 }, { title: '写出数字', note: '', points: 4 }] })
  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win
  await page.goto('/me/certificates')
  await page.getByRole('tab', { name: '短信登录' }).waitFor()
  await signInBySMS(win, server.base, '13900000092')
  await page.getByText('还没有证书').waitFor()
  const api = async (path, data, headers = {}) => (await win.context.request.post(`/api/${path}`, { data, headers: { Origin: server.base, ...headers } })).json()
  const order = async (sku, key) => { const q = await api('quotes', { sku_id: sku }); return api('orders', { quote_token: q.token, terms_confirmed: true }, { 'Idempotency-Key': key }) }
  await order(free.skus[0].id, 'shots-1')
  const f = await win.context.request.post(`/api/lessons/${hw}/homework-files?name=${encodeURIComponent('这是一个名字特别特别特别特别特别特别特别特别特别特别特别长的文件名字记录稿.txt')}`, { data: Buffer.from('米 150 克'), headers: { Origin: server.base, 'Content-Type': 'application/octet-stream' } })
  const file = await f.json()
  await api(`lessons/${hw}/submissions`, { body: '淘两遍，泡二十分钟，煮十二分钟。', files: [file.id] })
  const subs = await ask('GET', `lessons/${hw}/submissions`)
  await ask('POST', `submissions/${subs.items[0].id}/mark`, { points: [0, 0], return: true, comment: '写上焖的时间，再交一次。' })
  const all = []
  for (const c of items) all.push(await (await fetch(`${server.base}/api/courses/${c.id}`)).json())
  const forms = {}
  for (const c of all) for (const ch of c.chapters) for (const l of ch.lessons) { forms[l.form] ??= []; forms[l.form].push({ c: c.title, id: l.id, cid: c.id, free: l.is_free }) }
  console.log(JSON.stringify(Object.fromEntries(Object.entries(forms).map(([k, v]) => [k, v.slice(0, 3)]))))
  const state = await win.context.storageState()
  const pages = { home: '/', notices: '/me/notices', hw: `/homework/${hw}`, agree: '/me/agreements', learning: '/learning', teach: '/teach', favourites: '/favourites', notes: '/notes', record: '/record', search: '/search?q=不存在的词', course: `/course/${free.id}`, rank: '/rankings', lesson: `/learn/${forms.article[0].id}`, ...(forms.booking ? { booking: `/booking/${forms.booking[0].id}` } : {}), ...JSON.parse(process.env.MORE || '{}') }
  for (const [size, w, h] of [['390', 390, 844], ['820', 820, 1180], ['1440', 1440, 900]]) {
    const ctx = await browser.newContext({ baseURL: server.base, locale: 'zh-CN', reducedMotion: 'reduce', storageState: state, viewport: { width: w, height: h }, ...(w === 390 ? { isMobile: true, hasTouch: true } : {}) })
    const p = await ctx.newPage()
    p.on('pageerror', (e) => console.log(size, 'ERR', e.message))
    for (const [name, path] of Object.entries(pages)) {
      await p.goto(path); await p.waitForTimeout(1200)
      const wide = await p.evaluate(() => document.documentElement.scrollWidth)
      if (wide > w) console.log(size, name, 'WIDE', wide)
      const { violations } = await new AxeBuilder({ page: p }).analyze()
      for (const v of violations) if (['serious', 'critical'].includes(v.impact)) console.log(size, name, v.impact, v.id, v.nodes[0].target.join(' '))
      await p.screenshot({ path: `/tmp/g1shots/${size}-${name}.png`, fullPage: true })
    }
    await ctx.close()
  }
} finally {
  await browser.close()
  await server.stop()
}
