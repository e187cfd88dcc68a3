import { expect, it } from 'vitest'
import { fieldsOf } from './fields'

it('takes fields apart however they were typed', () => {
  expect(fieldsOf('写作、沟通，PPT; 写作\n 演讲 ')).toEqual(['写作', '沟通', 'PPT', '演讲'])
  expect(fieldsOf('  、 ')).toEqual([])
})
