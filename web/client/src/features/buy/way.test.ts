import { describe, expect, it } from 'vitest'
import type { PayChannel } from '@zhizhou/sdk'
import { channelFor, wayOf } from './way'

const phone: PayChannel[] = [{ channel: 'wechat_h5', label: '微信支付' }, { channel: 'alipay_wap', label: '支付宝' }]
const desk: PayChannel[] = [{ channel: 'wechat_native', label: '微信扫码支付' }, { channel: 'alipay_page', label: '支付宝' }]

describe('the way to pay', () => {
  it('leaves a single channel to the server', () => {
    expect(channelFor([phone[1]!], 'wechat')).toBeUndefined()
    expect(channelFor([], 'alipay')).toBeUndefined()
  })
  it('begins with the usual one', () => {
    expect(channelFor(phone, '')).toBe('wechat_h5')
  })
  it('keeps the choice where another channel charges the same wallet', () => {
    expect(channelFor(phone, 'alipay')).toBe('alipay_wap')
    expect(channelFor(desk, wayOf('alipay_wap'))).toBe('alipay_page')
  })
  it('falls back to the usual one when the chosen wallet is not offered', () => {
    expect(channelFor([desk[0]!, { channel: 'wechat_h5', label: '微信支付' }], 'alipay')).toBe('wechat_native')
  })
})
