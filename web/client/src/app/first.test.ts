import { beforeEach, expect, test, vi } from 'vitest'

let block = ''
beforeEach(() => {
  vi.resetModules()
  vi.useRealTimers()
  block = '{"/api/home":{"a":1},"/api/search?limit=12&q=%E5%86%99&sort=relevance":{"items":[]}}'
  vi.stubGlobal('document', { getElementById: (id: string) => (id === 'zz-answers' ? { textContent: block } : null) })
})

test('an answer that came with the page is used once, whatever the order of its query', async () => {
  const { sentAlong } = await import('./first')
  expect(sentAlong('/api/home')).toEqual({ status: 200, body: { a: 1 } })
  expect(sentAlong('/api/home')).toBeUndefined()
  expect(sentAlong('/api/search?q=%E5%86%99&category=&sort=relevance&limit=12')).toEqual({ status: 200, body: { items: [] } })
  expect(sentAlong('/api/search?q=%E5%86%99&limit=12&cursor=x')).toBeUndefined()
})

test('an answer that has grown old is asked for anew', async () => {
  const { sentAlong } = await import('./first')
  vi.useFakeTimers({ now: Date.now() + 31_000 })
  expect(sentAlong('/api/home')).toBeUndefined()
})

test('a page without answers, or with a broken block, asks for everything', async () => {
  block = '{'
  const { sentAlong } = await import('./first')
  expect(sentAlong('/api/home')).toBeUndefined()
})
