import { describe, expect, it } from 'vitest'
import { find, passage, squeeze, touches } from './anchor'

const text = '先说结论。再说理由。\n  先说结论，\u200b别铺垫。'
describe('a passage', () => {
  it('is found by its surroundings when its words stand twice', () => {
    const second = text.lastIndexOf('先说结论')
    const p = passage(text, second, second + 4, text.slice(second, second + 4))
    expect(p.prefix.endsWith('再说理由。')).toBe(true)
    expect(find(squeeze(text), p)).toEqual({ from: second, to: second + 4 })
    expect(find(squeeze(text), { ...p, prefix: '', suffix: '。再说' })).toEqual({ from: 0, to: 4 })
  })
  it('is found again after small edits around it and in other spacing', () => {
    const p = { quote: '先说结论，\n别铺垫', prefix: '再说理由。', suffix: '。' }
    const now = '开头加了一句。再说道理。先说结论， 别铺垫！'
    const got = find(squeeze(now), p)!
    expect(now.slice(got.from, got.to)).toBe('先说结论， 别铺垫')
  })
  it('is not found when its words are gone', () => {
    expect(find(squeeze('先讲结论'), { quote: '先说结论', prefix: '', suffix: '' })).toBeNull()
    expect(find(squeeze('先讲结论'), { quote: ' \u200b', prefix: '', suffix: '' })).toBeNull()
  })
  it('marks the paragraphs it touches', () => {
    expect(touches('先说结论。', '说结')).toBe(true)
    expect(touches('别铺垫。', '先说结论。别铺垫。再说')).toBe(true)
    expect(touches('理由', '结论')).toBe(false)
    expect(touches('。', '结论。')).toBe(false)
  })
})
