import { beforeEach, expect, it, vi } from 'vitest'

let clock: typeof import('./serverClock')
beforeEach(async () => {
  vi.resetModules()
  clock = await import('./serverClock')
})

it('is the device time before anything was heard', () => {
  expect(clock.serverNow(5000)).toBe(5000)
})

it('follows the server, whichever way the device is wrong', () => {
  clock.heard(1000, 61_000)
  expect(clock.serverNow(62_000)).toBe(2000)
})

it('an answer out of a cache does not set it back', () => {
  clock.heard(100_000, 50_000)
  clock.heard(100_000, 54_000)
  expect(clock.serverNow(54_000)).toBe(104_000)
})
