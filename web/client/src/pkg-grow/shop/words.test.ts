import { expect, it } from 'vitest'
import { offNote } from './words'

it('says why nothing more is exchanged', () => {
  expect([offNote({ left: 1, mine: 0, per_user: 1 }), offNote({ left: 0, mine: 0, per_user: 1 }), offNote({ left: 9, mine: 1, per_user: 1 }), offNote({ left: 0, mine: 3, per_user: 3 })]).toEqual(['', '已兑完', '已兑换', '已兑满 3 件'])
})
