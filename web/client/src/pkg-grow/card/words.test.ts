import { expect, it } from 'vitest'
import { apart, dateOf, dayOf, score, spaced, spoken, studied, summary } from './words'

it('says only what a card states', () => {
  expect(summary({ kind: 'course', lessons: 3, lessons_all: 20, minutes: 75, days: 2, score_permille: 875 })).toBe('学完 3/20 课 · 学习 1 小时 15 分 · 2 天 · 测验 87.5 分')
  expect(summary({ kind: 'lesson', lessons: 12, lessons_all: 0, minutes: 0, days: 1, score_permille: -1 })).toBe('学完 12 课')
  expect(summary({ kind: 'days', lessons: 0, lessons_all: 0, minutes: 75, days: 18, score_permille: -1 })).toBe('打卡 18 天 · 学习 1 小时 15 分')
})

it('reads times, scores, days and codes', () => {
  expect([studied(59), studied(120), score(1000), score(-1), dayOf(20261102), dateOf(20261102), spoken('7F3K92QDMXYZ')]).toEqual(['59 分钟', '2 小时', '100 分', '', '2026 年 11 月 2 日', '2026-11-02', '7F3K 92QD MXYZ'])
})

it('sets a name off from Chinese when it ends in a letter or digit', () => {
  expect([apart('学员 2158'), apart('沈牧之'), apart('Lin')]).toEqual(['学员 2158 ', '沈牧之', 'Lin '])
  expect([spaced('ABC 书院'), spaced('大路书院'), spaced('读书会 8')]).toEqual([' ABC 书院', '大路书院', '读书会 8 '])
})
