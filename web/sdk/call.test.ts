import { describe, expect, it } from 'vitest'
import { ApiError, buildUrl, createCall, routes, type WireRequest } from './index'

function client(answer: { status: number; body: unknown } | Error) {
  const seen: WireRequest[] = []
  const call = createCall({
    base: 'https://x.test',
    headers: () => ({ 'X-Client': 'h5' }),
    transport: async (req) => {
      seen.push(req)
      if (answer instanceof Error) throw answer
      return answer
    },
  })
  return { call, seen }
}

describe('call', () => {
  it('fills paths, queries, bodies and the idempotency key', async () => {
    const { call, seen } = client({ status: 200, body: {} })
    await call('payOrder', { path: { no: 'A/1' }, body: { return_url: 'u' }, key: 'k1' })
    expect(seen[0]).toMatchObject({ method: 'POST', url: 'https://x.test/api/orders/A%2F1/pay', body: '{"return_url":"u"}' })
    expect(seen[0].headers).toEqual({ 'X-Client': 'h5', 'Content-Type': 'application/json', 'Idempotency-Key': 'k1' })
  })
  it('sends a picture as it is', async () => {
    const { call, seen } = client({ status: 200, body: {} })
    await call('putAvatar', { body: 'bytes', rawType: 'image/png' })
    expect(seen[0].body).toBe('bytes')
    expect(seen[0].headers['Content-Type']).toBe('image/png')
  })
  it('turns a problem into an ApiError with everything to show', async () => {
    const { call } = client({ status: 429, body: { code: 'sms_too_often', detail: '请稍后再试', request_id: 'r9', fields: { phone: 'x' }, retry_after_s: 30 } })
    const e = await call('sendSms', { body: { phone: '1' } }).catch((x: unknown) => x)
    expect(e).toBeInstanceOf(ApiError)
    expect(e).toMatchObject({ status: 429, code: 'sms_too_often', message: '请稍后再试', requestId: 'r9', retryAfterS: 30, fields: { phone: 'x' } })
  })
  it('says so when no answer arrived or it was no problem body', async () => {
    await expect(client(new Error('offline')).call('home')).rejects.toMatchObject({ status: 0, code: 'network' })
    await expect(client({ status: 502, body: undefined }).call('home')).rejects.toMatchObject({ status: 502, code: 'unexpected' })
  })
})

it('leaves out empty query values', () => {
  expect(buildUrl('', '/api/courses', {}, { q: '合 同', category: '', cursor: undefined, limit: 12 })).toBe('/api/courses?q=%E5%90%88%20%E5%90%8C&limit=12')
})

it('every operation has one method and one path of the API', () => {
  for (const route of Object.values(routes)) expect(route).toMatch(/^(GET|POST|PUT|PATCH|DELETE) \/api\//)
  expect(new Set(Object.values(routes)).size).toBe(Object.keys(routes).length)
})
