import { expect, it } from 'vitest'
import { look, moves, share, states } from './labels'

it('offers no way out of what is over', () => {
  for (const s of ['rejected', 'ended'] as const) expect(moves[s]).toBeUndefined()
  for (const list of Object.values(moves)) for (const m of list) expect(states[m.to]).toBeDefined()
})
it('makes no harm the main thing to do', () => {
  const main = Object.entries(moves).flatMap(([state, list]) => list.filter((m) => look(m.to).includes('brand')).map((m) => `${state} ${m.to}`))
  expect(main).toEqual(['applied active', 'suspended active'])
})
it('says nothing of a share of nothing', () => {
  expect([share(1, 8), share(0, 5), share(0, 0)]).toEqual(['12.5%', '0.0%', '—'])
})
