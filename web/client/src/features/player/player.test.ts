import { describe, expect, it, vi } from 'vitest'

vi.mock('@/app/api', () => ({ call: () => Promise.resolve({}) }))
const { orderOf } = await import('./useKeys')
const { screensOf, seen } = await import('./useReading')

describe('keys', () => {
  it.each([[' ', 'toggle'], ['k', 'toggle'], ['f', 'full'], ['m', 'mute'], ['ArrowLeft', -5000], ['ArrowRight', 5000], ['j', -10_000], ['l', 10_000]])('%s gives %s', (key, wanted) => {
    const got: (string | number)[] = []
    orderOf(key, { toggle: () => got.push('toggle'), by: (ms) => got.push(ms), full: () => got.push('full'), mute: () => got.push('mute') })?.()
    expect(got).toEqual([wanted])
  })
  it('leaves other keys alone', () => {
    expect(orderOf('Tab', { toggle: vi.fn(), by: vi.fn(), full: vi.fn(), mute: vi.fn() })).toBeNull()
  })
})

describe('what a window shows of a text', () => {
  it.each([[800, 100, 1400, 0, 500], [800, -700, 1500, 467, 1000], [800, 100, 500, 0, 1000], [800, 900, 1000, 0, 0], [800, 0, 0, 0, 1000]])('a window of %d, text from %d, %d high: %d–%d ‰', (view, top, height, from, to) => {
    expect(seen(view, top, height)).toEqual({ from, to })
  })
  it.each([[0, 500, 4, [1, 2]], [467, 1000, 4, [2, 3, 4]], [250, 500, 4, [2]], [990, 1000, 4, [4]], [0, 0, 4, []], [0, 1000, 1, [1]]])('from %d to %d of %d screens: %j', (from, to, count, want) => {
    expect(screensOf({ from, to }, count)).toEqual(want)
  })
})
