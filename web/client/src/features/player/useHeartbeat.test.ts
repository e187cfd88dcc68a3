import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError, type Beat } from '@zhizhou/sdk'

const sent: { beat: Beat; keepalive?: boolean }[] = []
let answer: () => Promise<unknown> = async () => ({ percent: 1, covered_ms: 1, finished: false, position_ms: 1 })
const calls: string[] = []
vi.mock('@/app/api', () => ({
  call: (op: string, args: { body?: Beat; keepalive?: boolean }) => {
    calls.push(op)
    if (op === 'beat' && args.body) sent.push({ beat: args.body, keepalive: args.keepalive })
    return answer()
  },
}))
vi.mock('vue', async (load) => ({ ...(await load<typeof import('vue')>()), onBeforeUnmount: () => undefined }))
const { auth } = await import('@/app/auth')
const { useHeartbeat } = await import('./useHeartbeat')

const hooks = { progress: vi.fn(), taken: vi.fn(), lost: vi.fn() }
beforeEach(() => {
  vi.useFakeTimers()
  sent.length = calls.length = 0
  answer = async () => ({ percent: 1, covered_ms: 1, finished: false, position_ms: 1 })
  Object.values(hooks).forEach((h) => h.mockClear())
})
afterEach(() => { vi.clearAllTimers(); vi.useRealTimers() })

describe('heartbeat', () => {
  it('reports what was played every twelve seconds under growing numbers', async () => {
    const b = useHeartbeat(hooks)
    b.begin(5)
    for (let t = 0; t <= 12_000; t += 500) b.observe(t, 1)
    await vi.advanceTimersByTimeAsync(12_000)
    b.observe(12_500, 1.5)
    await b.flush()
    expect(sent.map((s) => s.beat)).toEqual([
      { seq: 1, from_ms: 0, to_ms: 12_000, position_ms: 12_000, rate: 1 },
      { seq: 2, from_ms: 12_000, to_ms: 12_500, position_ms: 12_500, rate: 1.5 },
    ])
    expect(hooks.progress).toHaveBeenCalledTimes(2)
  })
  it('sends an unanswered beat again under its own number', async () => {
    const b = useHeartbeat(hooks)
    b.begin(5)
    b.observe(0, 1)
    b.observe(1000, 1)
    answer = async () => { throw new ApiError(0, 'network', 'x') }
    await b.flush()
    answer = async () => ({ percent: 2, covered_ms: 2, finished: false, position_ms: 2 })
    b.observe(2000, 1)
    await b.flush()
    expect(sent.map((s) => [s.beat.seq, s.beat.from_ms, s.beat.to_ms])).toEqual([[1, 0, 1000], [1, 0, 1000], [2, 1000, 2000]])
  })
  it('never reports a part that was skipped', async () => {
    const b = useHeartbeat(hooks)
    b.begin(5)
    b.observe(0, 1)
    b.observe(1000, 1)
    b.seek(50_000)
    b.observe(50_500, 1)
    await b.flush()
    expect(sent.map((s) => [s.beat.from_ms, s.beat.to_ms])).toEqual([[0, 1000], [50_000, 50_500]])
  })
  it('keeps the place that was chosen without playing on, once', async () => {
    const b = useHeartbeat(hooks)
    b.begin(5)
    b.observe(0, 1)
    b.observe(1000, 1)
    await b.flush()
    b.seek(30_000)
    await b.flush()
    await b.flush()
    expect(sent.map((s) => [s.beat.from_ms, s.beat.to_ms, s.beat.position_ms])).toEqual([[0, 1000, 1000], [30_000, 30_000, 30_000]])
  })
  it('tells who plays now when another device took over', async () => {
    const b = useHeartbeat(hooks)
    b.begin(5)
    b.observe(0, 1)
    b.observe(900, 1)
    answer = async () => { throw new ApiError(409, 'play_taken_over', '正在手机上播放') }
    await b.flush()
    expect(hooks.taken).toHaveBeenCalledWith('正在手机上播放')
    expect(hooks.lost).not.toHaveBeenCalled()
  })
  it('asks for a new play when the server no longer knows this one', async () => {
    const b = useHeartbeat(hooks)
    b.begin(5)
    b.observe(0, 1)
    b.observe(900, 1)
    answer = async () => { throw new ApiError(404, 'play_not_found', 'x') }
    await b.flush()
    expect(hooks.lost).toHaveBeenCalledTimes(1)
  })
  it('stays silent for a visitor without a session', async () => {
    auth.known = true
    const b = useHeartbeat(hooks)
    b.begin(5)
    b.observe(0, 1)
    b.observe(900, 1)
    await b.flush()
    expect(sent).toEqual([])
    auth.known = false
  })
  it('ends once, after the last beat, in requests that outlive the page', async () => {
    const b = useHeartbeat(hooks)
    b.begin(5)
    b.observe(0, 1)
    b.observe(700, 1)
    await b.end()
    await b.end()
    expect(calls).toEqual(['beat', 'endPlay'])
    expect(sent[0].keepalive).toBe(true)
  })
})
