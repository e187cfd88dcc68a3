import { describe, expect, it } from 'vitest'
import type { Code, CodeBatch } from '@/app/types'
import { cell, csv, grouped } from './export'

describe('the export', () => {
  it('begins with the mark, has a head and one row for each code', () => {
    const batch = { title: '看懂一张报表', expires_at: 0 } as CodeBatch
    const codes: Code[] = [{ id: 1, code: 'ABCDEFGH23456789', state: 'ready', used_at: 0 }, { id: 2, code: 'ABCDEFGH23456780', state: 'revoked', used_at: 0 }]
    const text = csv(batch, codes)
    expect(text.charCodeAt(0)).toBe(0xfeff)
    expect(text.trim().split('\r\n')).toHaveLength(3)
    expect(text).toContain('ABCD-EFGH-2345-6789,未使用,,看懂一张报表,')
  })
  it('quotes what would break a row, and disarms what a spreadsheet would run', () => {
    expect(cell('a,"b"')).toBe('"a,""b"""')
    for (const bad of ['=1+1', '-1+1', '-3.8e9', '-', '＝1', '@a']) expect(cell(bad)).toBe(`'${bad}`)
    expect([cell('-3.80'), cell('-12')]).toEqual(['-3.80', '-12']) // or a column of amounts has no sum
    expect(cell('第一课')).toBe('第一课')
  })
  it('groups by four', () => expect(grouped('ABCDEFGH23456789')).toBe('ABCD-EFGH-2345-6789'))
})
