import { expect, it } from 'vitest'
import { actionGroups, actionLabel, knowsAction, knowsTarget, targetLabel } from './labels'

const sources = Object.values(
  import.meta.glob(['../../../../../internal/*/*.go', '!../../../../../internal/*/*_test.go'], { query: '?raw', import: 'default', eager: true }) as Record<string, string>,
).filter((text) => text.includes('audit.Write('))
const found = (pattern: RegExp) => [...new Set(sources.flatMap((text) => [...text.matchAll(pattern)].map((m) => m[1])))]

it('has words for every action that the server writes down', () => {
  const actions = found(/"([a-z]+\.[a-z_]*)"/g)
  expect(actions.length).toBeGreaterThan(50)
  expect(actions.filter((a) => !knowsAction(a))).toEqual([])
})
it('has words for every kind of target', () => {
  const kinds = found(/"([a-z_]+):%d[%d-]*"/g)
  expect(kinds).toContain('withdrawal')
  expect(kinds.filter((k) => !knowsTarget(k))).toEqual([])
})
it('has every action in one area', () => {
  const all = actionGroups.flatMap((g) => g.actions.map((a) => a.value))
  expect(new Set(all).size).toBe(all.length)
  expect(found(/"([a-z]+\.[a-z_]+)"/g).filter((a) => knowsAction(a) && !a.endsWith('_') && !all.includes(a))).toEqual([])
})
it('says what was done to what', () => {
  expect(actionLabel('commission.rule_off')).toBe('停用佣金规则')
  expect(targetLabel('commission:terms')).toBe('佣金 设置')
  expect(targetLabel('commission_rule:5', '新客')).toBe('佣金规则「新客」')
  expect(targetLabel('withdrawals:1-2')).toBe('已付提现')
})
