import { expect, it } from 'vitest'
import { moves, share, states } from './labels'

it('offers no way out of what is over', () => {
  for (const s of ['rejected', 'ended'] as const) expect(moves[s]).toBeUndefined()
  for (const list of Object.values(moves)) for (const m of list) expect(states[m.to]).toBeDefined()
})
it('says nothing of a share of nothing', () => {
  expect([share(1, 8), share(0, 5), share(0, 0)]).toEqual(['12.5%', '0.0%', '—'])
})
