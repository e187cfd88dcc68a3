import { describe, expect, it } from 'vitest'
import { kindLabels } from '@/features/catalogue/catalogue'
import { editedKind, homeFor, isHere, menu, menuFor } from './pages'

const labels = (permissions: string[]) => menuFor(permissions).flatMap((g) => g.pages.map((p) => p.label))

describe('menu', () => {
  it('shows finance money and people, no content', () => {
    expect(labels(['overview.read', 'order.read', 'refund.decide', 'bill.read', 'invoice.read', 'user.read', 'audit.read'])).toEqual(['概览', '价格预览', '订单', '退款', '自动续费', '发货信息', '待查款', '发票', '对账', '在途资金', '总账', '学员', '操作日志'])
  })
  it('has every kind of goods one tap away', () => {
    const all = labels(['course.read', 'product.read']).join(' ')
    for (const label of Object.values(kindLabels)) expect(all).toContain(label)
  })
  it('knows where somebody is, also below a list', () => {
    const here = (name: string, params = {}) => menu.flatMap((g) => g.pages).filter((p) => isHere(p, name, params)).map((p) => p.label)
    expect(here('goods')).toEqual(['课程包'])
    expect(here('goods', { kind: 'lesson' })).toEqual(['单课'])
    editedKind.value = 'service'
    expect(here('product', { id: '1' })).toEqual(['服务'])
    expect(here('trail', { no: 'x' })).toEqual(['订单'])
  })
  it('sends an editor, who has no overview, to the courses', () => {
    expect(homeFor(['course.read', 'course.edit', 'media.upload'])).toBe('courses')
  })
  it('calls the income an instructor sees their own', () => {
    expect(labels(['income.read'])).toEqual(['我的收入'])
    expect(labels(['income.read', 'order.read'])).toContain('讲师收入')
    expect(labels(['course.read', 'course.edit', 'media.upload', 'question.answer', 'card.mentor', 'income.read'])).toEqual(['课程与专栏', '题库', '素材库', '学员提问', '课程评价', '讲师', '证据卡与寄语', '证据卡模板', '我的收入'])
  })
  it('leaves out empty groups and falls back to the account page', () => {
    expect(menuFor([])).toEqual([])
    expect(homeFor([])).toBe('account')
  })
})
it('has an icon of its own for every entry: on a tablet it stands above the word', () => {
  const icons = menu.flatMap((g) => g.pages.map((p) => p.icon))
  expect(icons.filter((i, n) => icons.indexOf(i) !== n)).toEqual([])
})
