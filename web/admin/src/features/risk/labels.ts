import type { RiskCaseState } from '@/app/types'

/** What is done about a score, the milder first. */
export const actions: Record<string, string> = { allow: '只看分数', check: '要求验证手机', delay: '等 72 小时', review: '人工核查', block: '先不发放' }
/** What was to be rewarded. */
export const acts: Record<string, string> = { referral: '邀请奖励', commission: '佣金', campaign: '学习活动', shop: '积分兑换' }
export const states: { value: RiskCaseState; label: string }[] = [{ value: 'open', label: '待处理' }, { value: 'appeal', label: '申诉' }, { value: 'cleared', label: '已通过' }, { value: 'confirmed', label: '没有通过' }]
