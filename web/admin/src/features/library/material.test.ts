import { expect, it } from 'vitest'
import type { Folder, Material } from '@/app/types'
import { branches, factsOf, formOf } from './material'

const folder = (id: number, parent_id: number, name: string): Folder => ({ id, parent_id, name, mine: true })

it('lists folders as a tree, without one and what is below it', () => {
  const list = [folder(1, 0, '甲'), folder(2, 1, '甲一'), folder(3, 0, '乙'), folder(4, 2, '甲一一')]
  expect(branches(list).map((f) => `${f.depth}${f.name}`)).toEqual(['0甲', '1甲一', '2甲一一', '0乙'])
  expect(branches(list, 0, 0, 2).map((f) => f.name)).toEqual(['甲', '乙'])
})
it('tells what a file is by its name and type', () => {
  expect([formOf('讲义.PDF', ''), formOf('书.epub', ''), formOf('片.mkv', ''), formOf('声.mp3', 'audio/mpeg'), formOf('图.png', 'image/png'), formOf('表.xlsx', 'application/zip')]).toEqual([
    'document', 'ebook', 'video', 'audio', 'picture', 'file',
  ])
})
it('says how long and how big', () => {
  const m = { kind: 'document', form: 'document', length: 12, bytes: 2048 } as Material
  expect(factsOf(m)).toMatch(/^12 页 · /)
  expect(factsOf({ ...m, kind: 'file', form: 'file', length: 0 })).not.toContain('·')
})
