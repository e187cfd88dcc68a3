import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ApiError } from '@zhizhou/sdk'
import { useLoad } from './useLoad'
import { usePaged } from './usePaged'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

it('shows a skeleton only after 300 ms', async () => {
  let answer: (v: number) => void = () => undefined
  const load = useLoad(() => new Promise<number>((r) => { answer = r }))
  const running = load.run()
  vi.advanceTimersByTime(299)
  expect(load.slow.value).toBe(false)
  vi.advanceTimersByTime(1)
  expect(load.slow.value).toBe(true)
  answer(7)
  await running
  expect(load.slow.value).toBe(false)
  expect(load.data.value).toBe(7)
})

it('an older answer never overwrites a newer one', async () => {
  const answers: ((v: string) => void)[] = []
  const load = useLoad(() => new Promise<string>((r) => { answers.push(r) }))
  const first = load.run()
  const second = load.run()
  answers[1]('new')
  await second
  answers[0]('old')
  await first
  expect(load.data.value).toBe('new')
})

it('keeps what was there when a refresh fails', async () => {
  let fail = false
  const load = useLoad(async () => {
    if (fail) throw new ApiError(503, 'unavailable', '稍后再试', 'r1')
    return 1
  })
  await load.run()
  fail = true
  await load.run()
  expect(load.data.value).toBe(1)
  expect(load.error.value?.requestId).toBe('r1')
})

it('a list grows by its cursor, and a failed page can be asked for again', async () => {
  let broken = true
  const list = usePaged(async (cursor) => {
    if (cursor === 'c2' && broken) throw new ApiError(0, 'network', '没有网络')
    return cursor === '' ? { items: [1, 2], next_cursor: 'c2' } : { items: [3], next_cursor: '' }
  })
  await list.restart()
  await list.more()
  expect(list.items.value).toEqual([1, 2])
  expect(list.moreError.value?.code).toBe('network')
  broken = false
  await list.more()
  expect(list.items.value).toEqual([1, 2, 3])
  expect(list.hasMore.value).toBe(false)
})
