import { describe, expect, it } from 'vitest'
import { against, choices, used } from './policy'

describe('channel policy', () => {
  it('warns where digital goods would leave virtual payment in the mini program', () => {
    expect(against('mp_ios', 'digital_service', 'wechat_mini')).toContain('虚拟支付')
    expect(against('mp_android', 'digital_service', 'wechat_virtual')).toBe('')
    expect(against('mp_ios', 'goods', 'wechat_virtual')).toContain('线上课程')
    expect(against('pc', 'digital_service', 'wechat_native')).toBe('')
    expect(against('mp_ios', 'digital_service', '')).toBe('')
  })
  it('offers virtual payment for online courses alone', () => {
    expect(choices('mp_ios', 'digital_service', '')).toContain('wechat_virtual')
    expect(choices('mp_ios', 'service', 'wechat_mini')).toEqual(['wechat_mini'])
    expect(choices('mp_ios', 'goods', 'wechat_virtual')).toContain('wechat_virtual')
    expect(against('mp_android', 'service', 'wechat_virtual')).toContain('线上课程')
    expect(against('mp_android', 'service', 'wechat_mini')).toBe('')
  })
  it('lists each channel in use once', () => {
    expect(used({ 'pc/goods': 'wechat_native', 'pc/book': 'wechat_native', 'mp_ios/book': 'wechat_mini', 'h5/book': '' })).toEqual(['wechat_mini', 'wechat_native'])
    expect(used({ 'pc/book': 'wechat_native,alipay_page', 'pc/goods': 'alipay_page' })).toEqual(['wechat_native', 'alipay_page'])
  })
})
