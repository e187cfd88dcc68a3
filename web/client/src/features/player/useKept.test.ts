import { expect, it } from 'vitest'
import { quoted, QUOTE, tile } from './useKept'

it('a quote may be copied, more is cut and says so', () => {
  expect(quoted('短句', '题')).toBe('短句')
  const cut = quoted('长'.repeat(QUOTE + 1), '题')
  expect(cut.startsWith('长'.repeat(QUOTE) + '……')).toBe(true)
  expect(cut).toContain('《题》')
})
it('the mark cannot leave its picture', () => {
  expect(decodeURIComponent(tile('138****<script>"'))).not.toContain('<script')
})
