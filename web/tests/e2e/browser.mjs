import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { chromium } from 'playwright-core'
import { output } from './server.mjs'

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((f) => f && existsSync(f))

/** The sizes of the road: a phone's browser, a tablet's and a desktop one. */
export const sizes = {
  phone: {
    viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2,
    userAgent: 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36',
  },
  tablet: { viewport: { width: 820, height: 1180 } },
  desktop: { viewport: { width: 1440, height: 900 } },
}

/** Starts Chromium without the connections that it makes on its own account. */
export function launch() {
  const args = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--mute-audio']
  // Chromium's own sandbox refuses root.
  if (process.getuid() === 0) args.push('--no-sandbox')
  return chromium.launch({ executablePath, headless: true, args })
}

/** Opens a person's window; `trouble` collects script errors, refused loads and findings of axe: what no page may have. */
export async function openWindow(browser, base, size, more = {}) {
  const context = await browser.newContext({ baseURL: base, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', ...sizes[size], ...more })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const trouble = []
  const traffic = []
  const said = []
  page.on('pageerror', (e) => trouble.push(`script error: ${e.message}`))
  page.on('console', (m) => said.push(`${m.type()}: ${m.text().slice(0, 200)}`))
  page.on('console', (m) => { if (m.type() === 'error' && /Content Security Policy|Refused to/.test(m.text())) trouble.push(m.text()) })
  page.on('response', (r) => {
    traffic.push({ url: r.url(), path: new URL(r.url()).pathname, status: r.status() })
    if (r.status() >= 500) trouble.push(`${r.status()} ${r.url()}`)
    if (new URL(r.url()).origin !== base && r.url().startsWith('http')) trouble.push(`left the site: ${r.url()}`)
  })
  return { context, page, size, trouble, traffic, said }
}

/** Keeps a picture of what is shown. */
export async function picture(win, name) {
  const dir = path.join(output, 'screens')
  mkdirSync(dir, { recursive: true })
  await win.page.screenshot({ path: path.join(dir, `${win.size}-${name}.png`), animations: 'disabled' })
}

/** Takes a picture and adds to the window's trouble every serious or critical finding of axe, and a page wider than the window. */
export async function looksSound(win, name) {
  await picture(win, name)
  const { violations } = await new AxeBuilder({ page: win.page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze()
  const bad = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
  if (bad.length) {
    const lines = bad.map((v) => `  ${v.impact} ${v.id}: ${v.help}\n${v.nodes.slice(0, 3).map((n) => `    ${n.target.join(' ')}: ${n.failureSummary?.split('\n').slice(1, 3).join(' ').trim()}`).join('\n')}`)
    win.trouble.push(`${win.size} ${name}: axe finds\n${lines.join('\n')}`)
  }
  const wide = await win.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  if (wide > 1) win.trouble.push(`${win.size} ${name}: the page is ${wide} px wider than the window`)
}

/** What a failure needs for an explanation: the video, the words on the page, the refused and the last requests. */
async function scene({ page, traffic, said }) {
  const seen = await page.evaluate(() => {
    const v = document.querySelector('video')
    return {
      video: v && { at: v.currentTime, length: v.duration, paused: v.paused, ready: v.readyState, network: v.networkState, error: v.error?.message, buffered: v.buffered.length && v.buffered.end(0) },
      text: document.body.innerText.replace(/\s+/g, ' ').slice(0, 300),
    }
  }).catch((e) => ({ lost: e.message }))
  const line = (t) => `${t.status} ${t.path.slice(0, 24)}…${t.path.slice(-24)}`
  return [JSON.stringify(seen), `refused: ${traffic.filter((t) => t.status >= 400).map(line).join(', ')}`, `last: ${traffic.slice(-8).map(line).join(', ')}`, `said: ${said.slice(-4).join(' | ')}`].join('\n')
}

/** Runs one step of a road; a failure names the step and leaves a picture of where it happened. */
export async function step(win, name, run) {
  try {
    await run()
    console.log(`# ${win.size}: ${name}`)
  } catch (e) {
    await picture(win, 'failed').catch(() => undefined)
    e.message = `${win.size}, "${name}" at ${win.page.url()}: ${e.message}\n${await scene(win)}`
    throw e
  }
}

/** Fails when the window met any trouble. */
export function isSound(win) {
  if (win.trouble.length) throw new Error(`trouble on the way:\n${win.trouble.join('\n')}`)
}
