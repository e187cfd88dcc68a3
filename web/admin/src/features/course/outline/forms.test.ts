import { describe, expect, it } from 'vitest'
import type { Paper } from '@/app/types'
import { paperNote } from './forms'

describe('a document in the outline', () => {
  const paper: Paper = { id: 1, name: 'a.pdf', status: 'ready', percent: 100, bytes: 1, pages: 12, error: '', created_at: 0 }
  it('says what is missing, what goes on and how long it is', () => {
    expect(paperNote(null)).toEqual({ text: '缺文件', tone: 'warn' })
    expect(paperNote({ ...paper, status: 'working', percent: 40 })).toEqual({ text: '处理 40%', tone: 'brand' })
    expect(paperNote({ ...paper, status: 'failed' }).tone).toBe('bad')
    expect(paperNote(paper)).toEqual({ text: '12 页' })
  })
})
