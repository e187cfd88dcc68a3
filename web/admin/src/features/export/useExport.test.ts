import { describe, expect, it } from 'vitest'
import type { ExportFile } from '@/app/types'
import { percent } from './useExport'

const file = (f: Partial<ExportFile>) => ({ state: 'running', done: 0, total: 0, ...f }) as ExportFile

describe('how far a file is', () => {
  it('is not known before the rows are counted', () => expect(percent(file({}))).toBeNull())
  it('says all only when it can be taken', () => {
    expect(percent(file({ done: 250, total: 1000 }))).toBe(25)
    expect(percent(file({ done: 1000, total: 1000 }))).toBe(99)
    expect(percent(file({ state: 'done', done: 0, total: 0 }))).toBe(100)
  })
})
