import { describe, expect, it } from 'vitest'
import { diff } from './diff'
import { fieldLabel, fieldValue } from './fields'
import { actionLabel, targetLabel } from './labels'

describe('diff', () => {
  it('names changed fields alone', () => {
    expect(diff('{"price_fen":9900,"name":"a"}', '{"price_fen":19900,"name":"a"}')).toEqual([{ field: 'price_fen', before: '9900', after: '19900' }])
  })
  it('reaches into nested objects', () => {
    expect(diff('{"policy":{"pc":"x","h5":"y"}}', '{"policy":{"pc":"z","h5":"y"}}')).toEqual([{ field: 'policy.pc', before: 'x', after: 'z' }])
  })
  it('shows what was made and what was removed, without empty fields', () => {
    expect(diff('', '{"title":"新","note":""}')).toEqual([{ field: 'title', before: '', after: '新' }])
    expect(diff('{"title":"旧"}', '')).toEqual([{ field: 'title', before: '旧', after: '' }])
  })
  it('compares lists as a whole and survives what is not JSON', () => {
    expect(diff('{"tags":["a"]}', '{"tags":["a","b"]}')).toEqual([{ field: 'tags', before: '["a"]', after: '["a","b"]' }])
    expect(diff('plain', 'other')).toEqual([{ field: '内容', before: 'plain', after: 'other' }])
    expect(diff('', '')).toEqual([])
  })
})

describe('fields', () => {
  it('have Chinese names whichever way the server spells them', () => {
    expect(fieldLabel('price_fen')).toBe('价格')
    expect(fieldLabel('PriceFen')).toBe('价格')
    expect(fieldLabel('TOTPEnabledAt')).toBe('两步验证开启时间')
    expect(fieldLabel('policy.pc/goods')).toBe('policy · pc/goods')
  })
  it('show states in words', () => {
    expect(fieldValue('status', 'draft')).toBe('草稿')
    expect(fieldValue('Status', 'published')).toBe('已上架')
    expect(fieldValue('active', 'true')).toBe('是')
    expect(fieldValue('title', 'draft')).toBe('draft')
  })
  it('show money and times, and leave the rest alone', () => {
    expect(fieldValue('PriceFen', '19900')).toBe('¥199.00')
    expect(fieldValue('publish_at', '0')).toBe('—')
    expect(fieldValue('period_days', '365')).toBe('365')
    expect(fieldValue('price_fen', 'x')).toBe('x')
  })
})

describe('actions', () => {
  it('read as Chinese, unknown ones as they are', () => {
    expect(actionLabel('refund.approve')).toBe('同意退款')
    expect(actionLabel('x.y')).toBe('x.y')
  })
  it('name their target where it is known', () => {
    expect(targetLabel('course:12', '写作课')).toBe('课程「写作课」')
    expect(targetLabel('course:12')).toBe('课程 12')
    expect(targetLabel('agreement:privacy_policy')).toBe('协议 隐私政策')
  })
})
