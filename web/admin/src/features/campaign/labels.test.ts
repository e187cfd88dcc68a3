import { expect, it } from 'vitest'
import { oddsInput, parseOdds, stateOf } from './labels'

it('reads odds without losing a part of a million', () => {
  expect([parseOdds('100'), parseOdds('0.0001'), parseOdds('12.3456'), parseOdds('100.1'), parseOdds('1.23456'), parseOdds('-1'), parseOdds('')]).toEqual([1_000_000, 1, 123_456, null, null, null, null])
  for (const ppm of [0, 1, 99, 123_456, 300_000, 1_000_000]) expect(parseOdds(oddsInput(ppm))).toBe(ppm)
})

it('says of a campaign whose end has passed that it is over', () => {
  const label = (state: 'draft' | 'running' | 'paused' | 'ended', over: boolean) => stateOf({ state, over }).label
  expect([label('running', false), label('running', true), label('paused', true), label('ended', true), label('draft', true)]).toEqual(['进行中', '已到期', '已到期', '已结束', '草稿'])
})
