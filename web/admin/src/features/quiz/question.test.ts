import { describe, expect, it } from 'vitest'
import { formOf, inputOf, readClock } from './question'

describe('question form', () => {
  it('drops empty options and keeps what is right', () => {
    const f = { ...formOf(null), options: ['甲', ' ', '乙', '丙'], choices: [2, 3], kind: 'multiple' as const }
    expect(inputOf(f)).toMatchObject({ options: ['甲', '乙', '丙'], choices: [1, 2], matches: [], blanks: [] })
  })
  it('writes pairs with what belongs to none', () => {
    const f = { ...formOf(null), kind: 'matching' as const, pairs: [{ left: '一', right: '壹' }, { left: '', right: '' }, { left: '二', right: '贰' }], spare: '叁\n' }
    expect(inputOf(f)).toMatchObject({ options: ['一', '二'], matches: ['壹', '贰', '叁'], choices: [] })
  })
  it('reads blanks and tags', () => {
    const f = { ...formOf(null), kind: 'blank' as const, blanks: [{ texts: 'H2O\n水\n', tolerance: '' }], tags: '化学，初一、' }
    expect(inputOf(f)).toMatchObject({ blanks: [{ texts: ['H2O', '水'], tolerance: '' }], tags: ['化学', '初一'] })
  })
  it('reads times', () => {
    expect([readClock('65'), readClock('1:05'), readClock('1:00:01'), readClock('x'), readClock('1:5:')]).toEqual([65_000, 65_000, 3_601_000, null, null])
  })
})
