import { describe, expect, it } from 'vitest'
import { homeFor, menuFor } from './pages'

const labels = (permissions: string[]) => menuFor(permissions).flatMap((g) => g.pages.map((p) => p.label))

describe('menu', () => {
  it('shows finance money and people, no content', () => {
    expect(labels(['overview.read', 'order.read', 'refund.decide', 'bill.read', 'invoice.read', 'user.read', 'audit.read'])).toEqual(['概览', '价格预览', '订单', '退款', '自动续费', '发货信息', '待查款', '发票', '对账', '在途资金', '总账', '学员', '操作日志'])
  })
  it('sends an editor, who has no overview, to the courses', () => {
    expect(homeFor(['course.read', 'course.edit', 'media.upload'])).toBe('courses')
  })
  it('leaves out empty groups and falls back to the account page', () => {
    expect(menuFor([])).toEqual([])
    expect(homeFor([])).toBe('account')
  })
})
