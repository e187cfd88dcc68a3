import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, mkdirSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** The folder of the whole project. */
export const root = path.resolve(import.meta.dirname, '../../..')
/** Where pictures and logs of a run are kept. */
export const output = path.join(root, 'test-output')

const freePort = () => new Promise((resolve, reject) => {
  const s = net.createServer()
  s.once('error', reject)
  s.listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)) })
})

/** Waits until `ready` answers something true and returns it; asks every `everyMs`. */
export async function until(ready, what, ms = 30_000, everyMs = 150) {
  const end = Date.now() + ms
  let last
  for (;;) {
    try {
      const got = await ready()
      if (got) return got
    } catch (e) {
      last = e
    }
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain for ${what}${last ? `: ${last.message}` : ''}`)
    await new Promise((r) => setTimeout(r, everyMs))
  }
}

/** Starts the built binary with a fresh demo school; `stop` drains it and fails when it does not end well. */
export async function startServer(name) {
  const dir = mkdtempSync(path.join(tmpdir(), 'zz-e2e-'))
  const base = `http://127.0.0.1:${await freePort()}`
  const env = { ...process.env, DATA_DIR: path.join(dir, 'data'), ADDR: base.slice(7), METRICS_ADDR: '', DATABASE_URL: '', BLOB_URL: '', PUBLIC_URL: '' }
  const child = spawn(path.join(root, 'bin/zhizhou'), ['serve', '-demo'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))
  child.stdout.on('data', (d) => { log += d })
  child.stderr.on('data', (d) => { log += d })
  const keepLog = () => { mkdirSync(output, { recursive: true }); writeFileSync(path.join(output, `${name}.log`), log) }
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  try {
    await until(async () => {
      if (child.exitCode !== null) throw new Error(log.slice(-600))
      return (await fetch(`${base}/readyz`)).ok
    }, 'the server')
    await until(async () => (await (await fetch(`${base}/api/courses?limit=50`)).json()).items.some((c) => c.price_fen > 0), 'the demo courses', 180_000, 300)
  } catch (e) {
    kill()
    keepLog()
    throw e
  }
  const passwords = Object.fromEntries([...readFileSync(path.join(dir, 'data/demo-accounts.txt'), 'utf8').matchAll(/(owner|operator|finance)\s+密码 (\S+)/g)].map((m) => [m[1], m[2]]))
  return {
    base, passwords, dir,
    async stop() {
      process.off('exit', kill)
      child.kill('SIGTERM')
      const timer = setTimeout(kill, 30_000)
      const code = await ended
      clearTimeout(timer)
      keepLog()
      rmSync(dir, { recursive: true, force: true })
      if (code !== 0) throw new Error(`the server ended with ${code}: ${log.slice(-600)}`)
    },
  }
}

/** Makes a real H.264/AAC file of `seconds`: a moving test picture with a tone. Returns its path. */
export function makeVideo(dir, seconds) {
  const file = path.join(dir, '第一课 录像.mp4')
  const r = spawnSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', `testsrc=s=960x540:r=15:d=${seconds}`, '-f', 'lavfi', '-i', `sine=f=440:r=44100:d=${seconds}`,
    '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '30', '-c:a', 'aac', '-b:a', '64k', '-movflags', '+faststart', file])
  if (r.status !== 0) throw new Error(`ffmpeg: ${r.stderr}`)
  return file
}
