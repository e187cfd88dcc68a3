import { describe, expect, it } from 'vitest'
import { cleanPhone, codeProblem, passwordProblem, phoneProblem } from './phone'

describe('phone numbers', () => {
  it.each(['13800138000', '138 0013 8000', '+86 138-0013-8000', '8613800138000'])('%s may be sent', (text) => {
    expect(phoneProblem(text)).toBe('')
    expect(cleanPhone(text)).toBe('13800138000')
  })
  it.each(['', '1380013800', '12800138000', '138001380000', 'abc'])('%s may not', (text) => {
    expect(phoneProblem(text)).not.toBe('')
  })
})

it('codes are six digits', () => {
  expect(codeProblem(' 123456 ')).toBe('')
  expect(codeProblem('12345')).not.toBe('')
  expect(codeProblem('12345a')).not.toBe('')
})

it('passwords have a length', () => {
  expect(passwordProblem('1234567')).not.toBe('')
  expect(passwordProblem('12345678')).toBe('')
  expect(passwordProblem('x'.repeat(65))).not.toBe('')
})
