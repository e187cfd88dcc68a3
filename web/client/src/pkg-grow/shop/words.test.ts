import { expect, it } from 'vitest'
import { offNote } from './words'

it('says why nothing more is exchanged', () => {
  const of = (left: number, mine: number, per_user: number, balance = 10) => offNote({ left, mine, per_user, points: 10 }, balance)
  expect([of(1, 0, 1), of(0, 0, 1), of(9, 1, 1), of(0, 3, 3), of(1, 0, 1, 4), of(1, 0, 1, -1), of(0, 0, 1, 4)]).toEqual(['', '已兑完', '已兑换', '已兑满 3 件', '还差 6 积分', '', '已兑完'])
})
