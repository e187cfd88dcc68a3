// Draws the demo school's picture from demo/picture/passes.svg. The result is committed;
// nothing of it is made at run time.
// Needs: chromium, ffmpeg, fonts-noto-cjk, and the packages of web/tests/e2e.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '../web/tests/e2e/node_modules/playwright-core/index.mjs'

const folder = join(import.meta.dirname, '../demo/picture')
const work = mkdtempSync(join(tmpdir(), 'picture-'))
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] })
const page = await browser.newPage({ viewport: { width: 1200, height: 520 } })
await page.setContent(`<style>body{margin:0}svg{display:block}</style>${readFileSync(join(folder, 'passes.svg'), 'utf8')}`)
await page.screenshot({ path: join(work, 'p.png') })
await browser.close()
const out = join(folder, 'passes.png')
execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', join(work, 'p.png'), '-vf', 'split[a][b];[a]palettegen=max_colors=64[p];[b][p]paletteuse=dither=none', out])
rmSync(work, { recursive: true, force: true })
console.log(out, statSync(out).size)
