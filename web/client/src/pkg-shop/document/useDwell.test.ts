import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '@zhizhou/sdk'
import { effectScope } from 'vue'

const sent: { seq: number; page: number; dwells: { page: number; ms: number }[] }[] = []
let fail: Error | null = null
vi.mock('@/app/api', () => ({
  call: vi.fn(async (_: string, a: { body: (typeof sent)[number] }) => {
    sent.push(JSON.parse(JSON.stringify(a.body)))
    if (fail) throw fail
    return { percent: 10, covered_ms: 1, position_ms: 0, finished: false }
  }),
}))
vi.mock('@/app/auth', () => ({ auth: { known: true, user: { id: 1 } } }))
const { useDwell } = await import('./useDwell')

describe('dwelling on pages', () => {
  let page = 1
  let shown = true
  const start = () => effectScope().run(() => useDwell(() => 9, () => page, () => shown, () => undefined))!
  beforeEach(() => {
    vi.useFakeTimers()
    sent.length = 0
    fail = null
    page = 1
    shown = true
    return () => vi.useRealTimers()
  })
  it('is counted by the page before the reader, while it is shown', async () => {
    start()
    await vi.advanceTimersByTimeAsync(3000)
    page = 2
    await vi.advanceTimersByTimeAsync(4000)
    shown = false
    await vi.advanceTimersByTimeAsync(5000)
    expect(sent).toEqual([{ seq: 1, page: 2, dwells: [{ page: 1, ms: 3000 }, { page: 2, ms: 4000 }] }])
  })
  it('ends a minute after the last movement', async () => {
    start()
    await vi.advanceTimersByTimeAsync(180_000)
    expect(sent.reduce((n, r) => n + r.dwells.reduce((m, d) => m + d.ms, 0), 0)).toBeLessThan(61_000)
  })
  it('is told again under its own number when nobody answered', async () => {
    const d = start()
    fail = new ApiError(0, 'network', '没有网络')
    await vi.advanceTimersByTimeAsync(12_000)
    fail = null
    await d.flush()
    expect(sent.map((r) => r.seq)).toEqual([1, 1])
    expect(sent[1]).toEqual(sent[0])
  })
})
