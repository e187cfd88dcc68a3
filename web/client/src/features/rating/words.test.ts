import { expect, test } from 'vitest'
import { barWidth, scoreText, whyText } from './words'

test('a score has one decimal, and none while too few rated', () => {
  expect(scoreText(5)).toBe('5.0 分')
  expect(scoreText(4.6)).toBe('4.6 分')
  expect(scoreText(0)).toBe('')
})
test('a bar shows what is there', () => {
  expect(barWidth(0, 10)).toBe(0)
  expect(barWidth(0, 0)).toBe(0)
  expect(barWidth(1, 1000)).toBe(2)
  expect(barWidth(5, 10)).toBe(50)
})
test('who has not got the course is told nothing', () => {
  expect(whyText('rating_not_had')).toBe('')
  expect(whyText('rating_study_first')).toContain('10 分钟')
})
