// Runs a command beside a fresh demo server whose courses can be bought everywhere: node demo.mjs COMMAND...
// ZZ_BASE_URL names the server to the command, ZZ_OPERATOR is the password of its operator.
import { spawn } from 'node:child_process'
import { startServer, until } from './server.mjs'

const [command, ...args] = process.argv.slice(2)
const server = await startServer('demo')
let code = 1
try {
  await mayBeBoughtInMiniProgram()
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ZZ_BASE_URL: server.base, ZZ_OPERATOR: server.passwords.operator } })
  code = await new Promise((resolve) => child.once('exit', (c) => resolve(c ?? 1)))
} finally {
  await server.stop()
}
process.exit(code)

/** Items of virtual payment are uploaded and published step by step after the first start. */
async function mayBeBoughtInMiniProgram() {
  const ask = async (path, init) => {
    const r = await fetch(`${server.base}/api/console/${path}`, init)
    if (!r.ok) throw new Error(`${path} answered ${r.status}`)
    return r
  }
  const login = await ask('auth/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login: 'operator', password: server.passwords.operator }) })
  const headers = { Cookie: login.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ') }
  const { items } = await (await ask('courses', { headers })).json()
  for (const { id } of items.filter((c) => c.from_fen > 0)) {
    await until(async () => (await (await ask(`courses/${id}`, { headers })).json()).virtual_items.every((i) => i.state === 'published'), `the items of course ${id} to be published`, 480_000, 2000)
  }
}
