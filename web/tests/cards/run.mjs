// The reference of T10: an evidence card of the same size, with as much on it, drawn by satori and resvg. Prints how many a
// second one core draws, once for each round.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { createRequire } from 'node:module'
import { Resvg } from '@resvg/resvg-js'
import QRCode from 'qrcode'
import satori from 'satori'

const rounds = Number(process.env.ROUNDS) || 5
const each = Number(process.env.CARDS) || 10
const folder = path.join(path.dirname(createRequire(import.meta.url).resolve('@fontsource/noto-serif-sc/package.json')), 'files')
const fonts = readdirSync(folder).filter((f) => /-(chinese-simplified|latin)-(400|700)-normal\.woff$/.test(f))
  .map((f) => ({ name: f.includes('latin') ? 'latin' : 'song', weight: f.includes('-700-') ? 700 : 400, style: 'normal', data: readFileSync(path.join(folder, f)) }))
const e = (type, style, children) => ({ type, props: { style: { display: 'flex', ...style }, children } })
const say = '学习时长由服务器计时，任何人扫码都能核验这份学习记录。'

async function card(n) {
  const qr = await QRCode.toDataURL(`https://school.example/card/7F3K92QDMX${n}`, { margin: 0 })
  const hill = (d, fill) => ({ type: 'path', props: { d, fill } })
  const tree = e('div', { width: 1080, height: 1440, background: '#FBF7F0', flexDirection: 'column', fontFamily: 'song, latin', color: '#1F2329' }, [
    { type: 'svg', props: { width: 1080, height: 540, viewBox: '0 0 1080 540', children: [
      { type: 'rect', props: { width: 1080, height: 540, fill: '#F5EAD8' } }, { type: 'circle', props: { cx: 756, cy: 221, r: 105, fill: '#E8743B' } },
      hill('M-20 324C80 324 80 248 180 248C270 248 270 313 360 313C450 313 450 238 540 238C630 238 630 302 720 302C810 302 810 227 900 227C990 227 990 270 1080 270V540H-20z', '#D3DFD2'),
      hill('M-20 389C80 389 80 378 180 378C270 378 270 400 360 400C450 400 450 367 540 367C630 367 630 394 720 394C810 394 810 378 900 378V540H-20z', '#78A999'),
      hill('M-20 404C60 404 60 386 96 386C135 386 135 428 174 428C213 428 213 381 251 381C290 381 290 408 328 408C367 408 367 388 405 388C444 388 444 374 483 374C560 374 560 411 600 411C700 411 700 358 800 358C900 358 1000 400 1080 400V540H-20z', '#1F6F5C'),
    ] } },
    e('div', { flexDirection: 'column', padding: '36px 80px', flex: 1 }, [
      e('div', { fontSize: 32, color: '#5C5346' }, `江小满${n}　用 28 天学完了`), e('div', { fontSize: 96, fontWeight: 700 }, '把话写清楚'), e('div', { fontSize: 32, color: '#5C5346' }, '主讲 沈牧之'),
      e('div', { marginTop: 40, justifyContent: 'space-between' }, ['20 / 20 课时', '9 时 36 分', '26 / 28 天', '92 分'].map((s) => e('div', { fontSize: 44, color: '#185A4B' }, s))),
      e('div', { fontSize: 28, marginTop: 40 }, say),
      e('div', { marginTop: 'auto', alignItems: 'center' }, [{ type: 'img', props: { src: qr, width: 148, height: 148 } }, e('div', { fontSize: 28, marginLeft: 28 }, `编号 7F3K-92QD-MX${n}`)]),
    ]),
  ])
  return new Resvg(await satori(tree, { width: 1080, height: 1440, fonts })).render().asPng()
}

await card(0)
for (let r = 0; r < rounds; r++) {
  const start = process.cpuUsage()
  let bytes = 0
  for (let i = 0; i < each; i++) bytes = (await card(r * each + i + 10)).length
  const used = process.cpuUsage(start)
  console.log(JSON.stringify({ perSecond: each / ((used.user + used.system) / 1e6), bytes }))
}
