import { expect, it } from 'vitest'
import { kindOf } from './attachment'

it('names a file by its ending, else by what it holds', () => {
  expect(kindOf('讲义.pdf', 'application/pdf')).toBe('PDF')
  expect(kindOf('表.v2.xlsx', 'application/zip')).toBe('XLSX')
  expect(kindOf('板书', 'image/png')).toBe('图片')
  expect(kindOf('讲义', 'application/pdf')).toBe('PDF')
  expect(kindOf('说明', 'text/plain')).toBe('文件')
})
