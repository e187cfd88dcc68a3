import { describe, expect, it, vi } from 'vitest'

vi.mock('@/app/api', () => ({ call: () => Promise.resolve({}) }))
const { orderOf } = await import('./useKeys')
const { permille } = await import('./useReading')

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

describe('reading position', () => {
  it.each([[0, 800, 100, 1400, 500], [700, 800, 100, 1400, 1000], [0, 800, 100, 500, 1000], [0, 800, 900, 1000, 0], [0, 800, 0, 0, 1000]])('scrolled %d of a window of %d, text at %d and %d high: %d ‰', (scroll, view, top, height, want) => {
    expect(permille(scroll, view, top, height)).toBe(want)
  })
})
