import { expect, it } from 'vitest'
import { oddsInput, parseOdds, stateOf } from './labels'

it('reads odds without losing a part of a million', () => {
  expect([parseOdds('100'), parseOdds('0.0001'), parseOdds('12.3456'), parseOdds('100.1'), parseOdds('1.23456'), parseOdds('-1'), parseOdds('')]).toEqual([1_000_000, 1, 123_456, null, null, null, null])
  for (const ppm of [0, 1, 99, 123_456, 300_000, 1_000_000]) expect(parseOdds(oddsInput(ppm))).toBe(ppm)
})

it('says of a campaign where it is in its time', () => {
  type Row = Parameters<typeof stateOf>[0]
  const label = (state: Row['state'], phase: Row['phase']) => stateOf({ state, phase }).label
  expect([label('running', 'live'), label('running', 'soon'), label('running', 'over'), label('paused', 'paused'), label('paused', 'over'), label('ended', 'over'), label('draft', 'draft')]).toEqual(['进行中', '未开始', '已到期', '已暂停', '已到期', '已结束', '草稿'])
})
