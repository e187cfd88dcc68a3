import { expect, it } from 'vitest'
import { anyRow, narrowed, narrowQuery } from './narrow'

it('asks for whole days of China, and for nothing that is not narrowed', () => {
  expect(narrowed(anyRow())).toBe(false)
  expect(narrowQuery({ ...anyRow(), first: '2026-03-01', last: '2026-03-01', staff: 7 })).toEqual({
    action: '', target: '', staff_id: 7, from: Date.parse('2026-02-28T16:00:00Z'), to: Date.parse('2026-03-01T16:00:00Z'),
  })
  expect(narrowQuery(anyRow()).from).toBeUndefined()
})
