import { expect, it } from 'vitest'
import { promise } from './refund'

it('a refund promise is read out only when it can be kept', () => {
  expect(promise(7, 20).text).toContain('7 天内，学习不超过 20%')
  expect(promise(7, 20, 'service').text).toContain('服务完成前可申请全额退款')
  expect(promise(7, 20, 'column').text).toContain('剩余的天数')
  expect(promise(0, 20).text).toContain('不支持申请退款')
  for (const [d, p] of [[7, 101], [7, -1], [7, ''], [366, 20], [-1, 20], [1.5, 20]] as const) {
    expect(promise(d, p).text).toBe('')
    expect(promise(d, p).wrong).not.toBe('')
  }
})
