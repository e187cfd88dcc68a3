import { expect, it } from 'vitest'
import { anyOrder, narrowed, narrowQuery, orderStates } from './narrow'
import { orderLook } from './labels'

it("days are China's, and the last one counts whole", () => {
  expect(narrowQuery({ ...anyOrder(), kind: 'service', first: '2026-11-01', last: '2026-11-01' })).toEqual({ kind: 'service', channel: '', from: Date.UTC(2026, 9, 31, 16), to: Date.UTC(2026, 10, 1, 16) })
  expect(narrowQuery({ ...anyOrder(), first: '11/1' })).toEqual({ kind: '', channel: '', from: 0, to: 0 })
  expect([narrowed(anyOrder()), narrowed({ ...anyOrder(), last: '2026-11-01' })]).toEqual([false, true])
})

it('every state that can be asked for has a look', () => {
  expect(orderStates.slice(1).map((s) => s.value).sort()).toEqual(Object.keys(orderLook).sort())
})
