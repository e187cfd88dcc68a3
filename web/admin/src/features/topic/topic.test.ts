import { expect, it } from 'vitest'
import { chosen, shifted } from './topic'

it('puts courses in once, takes them out and moves them within the list', () => {
  let list = chosen(chosen([], 1, '甲', true), 2, '乙', true)
  expect(chosen(list, 1, '甲', true)).toBe(list)
  list = shifted(list, 1, -1)
  expect(list.map((e) => e.course_id)).toEqual([2, 1])
  expect(shifted(list, 0, -1)).toBe(list)
  expect(chosen(list, 2, '乙', false).map((e) => e.title)).toEqual(['甲'])
})
