import { expect, it } from 'vitest'
import { fields, fresh, layers, nameOf, propertiesOf } from './labels'

it('makes layers that fit their face', () => {
  for (const kind of Object.keys(layers) as (keyof typeof layers)[]) {
    for (const h of [1440, 1080]) {
      const l = fresh(kind, h)
      expect(l.kind).toBe(kind)
      expect(l.x + (l.w ?? 0)).toBeLessThanOrEqual(1080)
      expect(l.y).toBeLessThan(h)
      for (const p of ['x', 'y', 'w']) expect(propertiesOf(kind)).toContain(p)
    }
  }
})

it('names texts by their words and each field once', () => {
  expect(nameOf({ kind: 'text', x: 0, y: 0, text: '{title}' })).toBe('{title}')
  expect(nameOf({ kind: 'text', x: 0, y: 0, text: '' })).toBe('空的文字')
  expect(new Set(fields.map((f) => f[0])).size).toBe(fields.length)
})
