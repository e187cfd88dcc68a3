import { expect, it } from 'vitest'
import { look, nothing, states } from './shipment'

it('every state can be asked for, and what needs a person comes first', () => {
  expect(states[0].value).toBe('stuck')
  expect(states.map((s) => s.value).filter(Boolean).sort()).toEqual(Object.keys(look).sort())
})
it('an empty list says what would stand there', () => {
  expect(nothing('stuck').title).toBe('没有需要处理的')
  expect(nothing('').title).not.toBe(nothing('shipped').title)
})
