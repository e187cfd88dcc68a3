import type { Promotion, PromotionKind, Switched } from '@/app/types'
import type { IconName } from '@/ui/icons'

/** The kinds of promotion in Chinese, and what each does. */
export const promotionKinds: Record<PromotionKind, { label: string; note: string }> = {
  newcomer: { label: '新人价', note: '只给从未付过款的人，每人一次' },
  flash: { label: '限时秒杀', note: '一段时间里的活动价，可以限量' },
  group: { label: '拼团', note: '凑够人数按团价成交，到时没凑够自动退款' },
  bargain: { label: '砍价', note: '请朋友帮砍到底价，中途也能按当时的价格买；小程序虚拟支付里不提供' },
  threshold: { label: '满减', note: '一单满多少减多少，取能到的最高一档' },
}
/** Chinese name of any rule of a price. */
export const ruleLabel = (kind: string) =>
  ({ member: '会员价', experiment: '价格实验', coupon: '优惠券', upgrade: '会员升级', points: '积分', ...Object.fromEntries(Object.entries(promotionKinds).map(([k, v]) => [k, v.label])) })[kind] ?? kind

/** Where something switched with a period of time stands. */
export type Phase = 'draft' | 'coming' | 'running' | 'over' | 'off'
export const phases: Record<Phase, { label: string; tone: '' | 'ok' | 'warn' | 'brand'; icon: IconName }> = {
  draft: { label: '草稿', tone: '', icon: 'pen' },
  coming: { label: '未开始', tone: 'brand', icon: 'clock' },
  running: { label: '进行中', tone: 'ok', icon: 'check' },
  over: { label: '已结束', tone: '', icon: 'history' },
  off: { label: '已停用', tone: 'warn', icon: 'pause' },
}
/** The phase at `now`; 0 as an end is no end. */
export function phaseOf(status: Switched, from: number, until: number, now = Date.now()): Phase {
  if (status !== 'on') return status
  if (until > 0 && now >= until) return 'over'
  return now < from ? 'coming' : 'running'
}

/** What a promotion gives, in one line. */
export function gives(p: Promotion, yuan: (fen: number) => string): string {
  const price = p.price_fen ? `活动价 ${yuan(p.price_fen)}` : p.pay_permille ? `${p.pay_permille / 100} 折${p.cap_fen ? `，最多减 ${yuan(p.cap_fen)}` : ''}` : ''
  if (p.kind === 'threshold') return (p.steps ?? []).map((s) => `满 ${yuan(s.at_fen)} 减 ${yuan(s.off_fen)}`).join('，')
  if (p.kind === 'bargain') return `${p.helpers} 人砍到 ${yuan(p.price_fen ?? 0)}`
  return p.kind === 'group' ? `${p.group_size} 人团 · ${price}` : price
}
