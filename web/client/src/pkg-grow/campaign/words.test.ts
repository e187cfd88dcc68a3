import { expect, it } from 'vitest'
import { asked, asks, drawn, gives, odds, phase } from './words'

it('publishes odds as they are', () => {
  expect([odds(1_000_000), odds(300_000), odds(12_345), odds(1)]).toEqual(['100%', '30%', '1.2345%', '0.0001%'])
})

it('says what a reward asks for and gives', () => {
  expect([asks({ step: 'lessons', need: 3 }), asks({ step: '', need: 2 }), gives({ kind: 'points', amount: 50 }), gives({ kind: 'course', amount: 0 })]).toEqual(['学完 3 课', '2 位朋友', '50 积分', '课程，长期有效'])
})

it('says why a draw brought nothing', () => {
  expect([drawn({ prize_id: 7, title: '十元券', note: '' }), drawn({ prize_id: 0, title: '', note: '' }), drawn({ prize_id: 0, title: '', note: 'stock' })]).toEqual(['抽中「十元券」', '这次没有抽中', '抽到的奖品已经发完，这次没有中'])
})

it('says why nobody can take part now', () => {
  const of = (phase: 'soon' | 'live' | 'paused' | 'over', have = 0, state: '' | 'given' = '', kind: 'assist' | 'lottery' = 'assist') => ({ phase, kind, starts_at: 0, prizes: [{ have, need: 1, state }] })
  expect(phase(of('live'))).toBe('')
  expect(phase(of('soon'))).toMatch(/^还没开始，.+ 开始。$/)
  expect(phase(of('paused'))).toContain('暂停中')
  expect([phase(of('over')), phase(of('over', 1, 'given')), phase(of('over', 0, '', 'lottery'))]).toEqual(['活动已经结束。', '活动已经结束。', '活动已经结束。'])
  expect(phase(of('over', 1))).toContain('不能再领')
})

it('tells a friend who asks and what became of it', () => {
  const by = { asked_by: '学**', helping: '', cause: 'join' } as const
  expect(asked({ ...by, asked_by: '' }, false)).toBe('')
  expect(asked(by, false)).toBe('「学**」请你来：用手机号注册新账号，就为 TA 算上一位')
  expect(asked(by, true)).toContain('这次不算')
  expect(asked({ ...by, cause: 'study', helping: 'came' }, true)).toContain('学完一课')
  expect(asked({ ...by, helping: 'counted' }, true)).toBe('你已经帮「学**」算上一位')
})
