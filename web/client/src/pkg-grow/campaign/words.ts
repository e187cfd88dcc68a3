import type { Campaign, Draw, Prize } from '@zhizhou/sdk'
import { count, moment } from '@/app/format'

/** What the kinds of campaign are called. */
export const kinds: Record<Campaign['kind'], string> = { assist: '助力解锁', invite: '邀请有礼', lottery: '学习抽卡', journey: '新人任务' }

/** Why nobody can take part now; "" where they can. Who had done enough and did not take it is told that it lapsed. */
export function phase(c: Pick<Campaign, 'phase' | 'starts_at' | 'kind'> & { prizes: Pick<Prize, 'have' | 'need' | 'state'>[] }): string {
  if (c.phase === 'soon') return `还没开始，${moment(c.starts_at)} 开始。`
  if (c.phase === 'paused') return '活动暂停中，暂时不能参加和领取；恢复后接着算。'
  if (c.phase !== 'over') return ''
  const lapsed = c.kind !== 'lottery' && c.prizes.some((p) => !p.state && p.have >= p.need)
  return lapsed ? '活动已经结束。你有达成但没有领取的奖励，结束后不能再领。' : '活动已经结束。'
}

/** What friends have to do. */
export const causes: Record<Campaign['cause'], string> = { join: '朋友从你分享的链接注册', study: '朋友从你分享的链接来学完一课', both: '朋友从你分享的链接注册，或学完一课' }

/** What a friend who came by a share is told: who asks, what that takes, and what became of it. "" for who came by none. */
export function asked(c: Pick<Campaign, 'asked_by' | 'helping' | 'cause'>, known: boolean): string {
  const who = `「${c.asked_by}」`
  if (!c.asked_by) return ''
  if (c.helping === 'counted') return `你已经帮${who}算上一位`
  if (c.helping === 'came') return `你从${who}的链接注册了，学完一课，就为 TA 算上一位`
  if (!known) return `${who}请你来：${{ join: '用手机号注册新账号', study: '登录后学完一课', both: '注册新账号，或登录后学完一课' }[c.cause]}，就为 TA 算上一位`
  return c.cause === 'join' ? `${who}请你来：只有新注册的朋友算一位，你已经有账号，这次不算` : `${who}请你来：学完一课，就为 TA 算上一位`
}

const steps: Record<string, (need: number) => string> = { lessons: (n) => `学完 ${n} 课`, sign_ins: (n) => `签到 ${n} 天`, minutes: (n) => `学习 ${n} 分钟`, phone: () => '绑定手机号' }

/** What a reward asks for. */
export const asks = (p: Pick<Prize, 'step' | 'need'>) => (p.step ? steps[p.step](p.need) : `${p.need} 位朋友`)

/** A chance of a million as a percent, no digit more than it has. */
export const odds = (ppm: number) => `${Number((ppm / 10_000).toFixed(4))}%`

/** What a prize gives, beside its name. */
export function gives(p: Pick<Prize, 'kind' | 'amount'>): string {
  if (p.kind === 'points') return `${count(p.amount)} 积分`
  if (p.kind === 'course') return p.amount ? `课程，可学 ${p.amount} 天` : '课程，长期有效'
  return { coupon: '优惠券', material: '资料', nothing: '' }[p.kind]
}

/** What a draw brought. */
export function drawn(d: Pick<Draw, 'prize_id' | 'title' | 'note'>): string {
  if (d.prize_id) return `抽中「${d.title}」`
  return { '': '这次没有抽中', stock: '抽到的奖品已经发完，这次没有中', budget: '活动的奖品已经发完，这次没有中', coupon: '抽到的券已领过或领完，这次没有中' }[d.note]
}

/** How a reward stands. */
export const states: Record<'given' | 'waiting' | 'refused', string> = { given: '已到账', waiting: '核查中', refused: '没有通过' }
