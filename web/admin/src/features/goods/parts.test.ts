import { expect, it } from 'vitest'
import type { Part } from '@/app/types'
import { moved, same } from './parts'

const list: Part[] = [{ kind: 'course', ref_id: 1 }, { kind: 'category', ref_id: 1 }, { kind: 'course', ref_id: 2 }]
it('parts move by one and stay at the ends', () => {
  expect(moved(list, 2, -1).map((p) => p.ref_id)).toEqual([1, 2, 1])
  expect(moved(list, 0, -1)).toBe(list)
  expect(moved(list, 2, 1)).toBe(list)
})
it('order and kind make a difference', () => {
  expect(same(list, [...list])).toBe(true)
  expect(same(list, moved(list, 0, 1))).toBe(false)
  expect(same(list, list.slice(1))).toBe(false)
})
