// Prints the demo school's document from its text, demo/paper/handbook.html, with a
// font that holds its own letters alone. The result is committed; nothing of it is
// made at run time.
// Needs: chromium, fonts-noto-cjk, and `npm install --prefix FOLDER subset-font`, then
// NODE_PATH=FOLDER/node_modules node scripts/demo-paper.mjs
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const require = createRequire(join(process.env.NODE_PATH ?? '.', 'x.js'))
const subset = require('subset-font')
const work = mkdtempSync(join(tmpdir(), 'paper-'))
const top = new URL('..', import.meta.url).pathname

/** Takes the face with a full name out of a collection of fonts. */
function face(file, wanted) {
  const b = readFileSync(file)
  const tables = (at) => Array.from({ length: b.readUInt16BE(at + 4) }, (_, i) => {
    const e = at + 12 + 16 * i
    return { tag: b.toString('latin1', e, e + 4), sum: b.readUInt32BE(e + 4), from: b.readUInt32BE(e + 8), size: b.readUInt32BE(e + 12) }
  })
  for (let i = 0; i < b.readUInt32BE(8); i++) {
    const at = b.readUInt32BE(12 + 4 * i)
    const list = tables(at)
    const name = list.find((t) => t.tag === 'name')
    if (!b.subarray(name.from, name.from + name.size).includes(Buffer.from(wanted, 'utf16le').swap16())) continue
    const head = Buffer.alloc(12 + 16 * list.length)
    b.copy(head, 0, at, at + 12)
    const parts = [head]
    let where = head.length
    list.forEach((t, n) => {
      head.write(t.tag, 12 + 16 * n, 'latin1')
      head.writeUInt32BE(t.sum, 16 + 16 * n)
      head.writeUInt32BE(where, 20 + 16 * n)
      head.writeUInt32BE(t.size, 24 + 16 * n)
      const padded = Buffer.alloc((t.size + 3) & ~3)
      b.copy(padded, 0, t.from, t.from + t.size)
      parts.push(padded)
      where += padded.length
    })
    return Buffer.concat(parts)
  }
  throw new Error(`no face named ${wanted}`)
}

const html = readFileSync(join(top, 'demo/paper/handbook.html'), 'utf8')
const font = execFileSync('fc-match', ['-f', '%{file}', 'Noto Sans CJK SC'], { encoding: 'utf8' })
const small = await subset(face(font, 'Noto Sans CJK SC'), html, { targetFormat: 'sfnt' })
const style = `<style>@font-face{font-family:Paper;src:url(data:font/otf;base64,${small.toString('base64')})}</style>`
writeFileSync(join(work, 'p.html'), html.replace('</head>', `${style}</head>`).replaceAll('"Noto Sans CJK SC"', 'Paper'))
const out = join(top, 'demo/paper/handbook.pdf')
execFileSync('chromium', ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${work}/profile`, '--no-pdf-header-footer', '--generate-pdf-document-outline', `--print-to-pdf=${out}`, `file://${work}/p.html`], { stdio: 'ignore' })
rmSync(work, { recursive: true, force: true })
console.log(out, statSync(out).size)
