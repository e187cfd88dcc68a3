import { expect, it } from 'vitest'
import { withMarked } from './words'

it('puts pinned words first and hidden ones last, with their numbers', () => {
  const rows = [
    { word: '写作', visitors: 9, hits: 2, mark: '' as const },
    { word: '理财', visitors: 5, hits: 1, mark: 'hidden' as const },
  ]
  const marked = [
    { word: '理财', visitors: 0, hits: 0, mark: 'hidden' as const },
    { word: '开学季', visitors: 0, hits: 0, mark: 'pinned' as const },
  ]
  expect(withMarked(rows, marked).map((w) => `${w.word} ${w.visitors} ${w.mark}`)).toEqual(['开学季 0 pinned', '写作 9 ', '理财 5 hidden'])
})
