import { expect, it } from 'vitest'
import { everything, narrow, wide } from './scope'

it('a scope survives its form, without empty lists and blank tags', () => {
  expect(narrow(wide({ skus: [1], tags: ['a', ' '] }))).toEqual({ skus: [1], tags: ['a'] })
  expect(narrow(wide({ products: null }))).toEqual({})
})
it('a fixed price keeps offers alone', () => {
  expect(narrow(wide({ skus: [1], kinds: ['course'], products: [2] }), true)).toEqual({ skus: [1] })
})
it('an empty scope is everything', () => {
  expect(everything({})).toBe(true)
  expect(everything({ skus: [], tags: null })).toBe(true)
  expect(everything({ kinds: ['bundle'] })).toBe(false)
})
