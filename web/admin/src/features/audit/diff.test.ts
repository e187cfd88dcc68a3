import { describe, expect, it } from 'vitest'
import { diff } from './diff'
import { fieldLabel, fieldValue, knowsField, worthSaying } from './fields'
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

describe('what was made', () => {
  const flash = { ID: 5, Kind: 'flash', Label: '周末', Platforms: '[]', Scope: '{"skus":[3]}', PriceFen: 9900, PayPermille: 0, CapFen: 0, Steps: '[]', Quota: 0, PerUser: 0, GroupSize: 0, Helpers: 0, HelpHours: 0, Version: 0 }
  it('is told without what does not belong to its kind', () => {
    const said = diff('', JSON.stringify(flash)).filter(worthSaying)
    expect(said.map((c) => [fieldLabel(c.field), fieldValue(c.field, c.after)])).toEqual([
      ['种类', '限时秒杀'], ['名称', '周末'], ['平台', '全部'], ['范围 · 规格', '3'], ['价格', '¥99.00'], ['名额', '不限'], ['每人限', '不限'],
    ])
  })
  it('has no brackets', () => {
    expect(fieldValue('platforms', '["h5","pc"]')).toBe('手机浏览器、电脑网页')
    expect(fieldValue('steps', '[{"at_fen":10000,"off_fen":1000}]')).toBe('满 ¥100.00 减 ¥10.00')
    expect(fieldValue('steps', '[]')).toBe('无')
    expect(fieldValue('scope', '{}')).toBe('全部商品')
  })
  it('a zero that came or went is said', () => {
    expect(diff('{"cap_fen":500}', '{"cap_fen":0}').filter(worthSaying)).toHaveLength(1)
  })
  it('has words for every field of a rule and a coupon, and for what else rows are made of', () => {
    const go = Object.values(import.meta.glob(['../../../../../internal/*/*.go', '!../../../../../internal/*/*_test.go'], { query: '?raw', import: 'default', eager: true }) as Record<string, string>)
    const fields = go.flatMap((text) => [
      ...[...text.matchAll(/^type (?:Promotion|CouponKind|Experiment) struct \{\n([\s\S]*?)^\}/gm)].flatMap((m) => [...m[1].matchAll(/^\t([A-Z]\w*) /gm)].map((f) => f[1])),
      ...[...text.matchAll(/audit\.Write\(.*\n?.*/g)].flatMap((m) => [...m[0].matchAll(/"([a-z_]+)": ?/g)].map((f) => f[1])),
      ...[...text.matchAll(/\) (?:mark|facts|brief)\([^{]*\{[\s\S]*?^\}/gm)].flatMap((m) => [...m[0].matchAll(/"([a-z_]+)":/g)].map((f) => f[1])),
    ])
    expect(new Set(fields).size).toBeGreaterThan(40)
    expect([...new Set(fields)].filter((f) => !knowsField(f))).toEqual([])
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
