import { expect, it } from 'vitest'
import { previewProblem } from './preview'

it('a preview is 1 to 3600 whole seconds; nothing else closes it by the way', () => {
  for (const ok of [1, 60, '180', 3600]) expect(previewProblem(ok)).toBe('')
  for (const bad of [0, -5, 1.5, 3601, '', 'x']) expect(previewProblem(bad)).toContain('1–3600')
})
