import test from 'node:test'
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { built } from './host.mjs'

const MB = 1 << 20

/** Bytes of all files under a folder, leaving out the given sub-folders. */
function bytes(dir, without = []) {
  return readdirSync(dir, { withFileTypes: true }).reduce((sum, e) => {
    const file = path.join(dir, e.name)
    if (without.includes(file)) return sum
    return sum + (e.isDirectory() ? bytes(file, without) : statSync(file).size)
  }, 0)
}

test('the packages of the mini program stay within their limits', () => {
  assert.ok(existsSync(path.join(built, 'app.json')), 'build first: npm run build:mp')
  const app = JSON.parse(readFileSync(path.join(built, 'app.json'), 'utf8'))
  const subs = (app.subPackages ?? app.subpackages ?? []).map((s) => path.join(built, s.root))
  const main = bytes(built, subs)
  assert.ok(main < 1.5 * MB, `main package ${main} bytes`)
  for (const sub of subs) assert.ok(bytes(sub) <= 2 * MB, `${sub} ${bytes(sub)} bytes`)
})

test('every page of app.json was compiled', () => {
  const app = JSON.parse(readFileSync(path.join(built, 'app.json'), 'utf8'))
  assert.ok(app.pages.length >= 17)
  const subs = (app.subPackages ?? app.subpackages ?? []).flatMap((s) => s.pages.map((p) => `${s.root}/${p}`))
  assert.ok(subs.length >= 9)
  for (const page of [...app.pages, ...subs]) {
    for (const ext of ['js', 'json', 'wxml']) assert.ok(existsSync(path.join(built, `${page}.${ext}`)), `${page}.${ext}`)
  }
})
