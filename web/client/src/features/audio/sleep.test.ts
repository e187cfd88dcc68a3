import { beforeEach, describe, expect, it } from 'vitest'
import { due, left, setSleep, sleep } from './sleep'

beforeEach(() => setSleep(0))

describe('the sleep timer', () => {
  it('falls due once', () => {
    setSleep(15, 1000)
    expect(due(1000 + 15 * 60_000 - 1)).toBe(false)
    expect(left(1000 + 10 * 60_000)).toBe('5 分钟')
    expect(due(1000 + 15 * 60_000)).toBe(true)
    expect(due(1000 + 16 * 60_000)).toBe(false)
  })
  it('ends with the lesson, or not at all', () => {
    setSleep('end')
    expect(sleep.atEnd).toBe(true)
    expect(left(0)).toBe('播完这课')
    setSleep(0)
    expect(left(0)).toBe('')
    expect(due(Number.MAX_SAFE_INTEGER)).toBe(false)
  })
})
