import { expect, it } from 'vitest'
import { problems } from './password'

it('a good password may be sent', () => expect(problems('correct horse 9', 'battery staple 7', 'battery staple 7')).toEqual({ old: '', password: '', again: '' }))
it('names what is missing, field by field', () => {
  expect(problems('', 'short', 'other')).toEqual({ old: '请填写现在的密码', password: '至少 10 位', again: '两次填写的不一样' })
  expect(problems('x', 'aaaaaaaaaaaa', 'aaaaaaaaaaaa').password).toBe('不能全是同一个字符')
  expect(problems('battery staple 7', 'battery staple 7', 'battery staple 7').password).toBe('不能和现在的密码一样')
})
