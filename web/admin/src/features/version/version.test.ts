import { expect, it } from 'vitest'
import type { CourseVersion } from '@/app/types'
import { changesOf, lineOf } from './version'

it('says what changed', () => {
  const v = { added: 2, removed: 0, changed: 1, others: 0 } as CourseVersion
  expect(changesOf(v)).toBe('新增 2 课时，改动 1 课时')
  expect(changesOf({ ...v, added: 0, changed: 0 })).toBe('没有变化')
  expect(lineOf({ part: 'lesson', id: 1, title: '开头', change: 'changed', fields: ['body_html', 'title'] })).toBe('修改课时「开头」：正文、标题')
  expect(lineOf({ part: 'attachment', id: 1, title: '表.xlsx', change: 'removed', fields: [] })).toBe('去掉附件「表.xlsx」')
})
