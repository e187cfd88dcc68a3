import { yuan } from '@/app/format'
import type { ChallengeClass, ChallengePlan, ChallengeTask, ClassMember, ClassPrice } from '@/app/types'

export const taskKinds: { value: ChallengeTask['kind']; label: string }[] = [
  { value: 'words', label: '写几句' },
  { value: 'lesson', label: '学完课时' },
  { value: 'quiz', label: '通过测验' },
  { value: 'homework', label: '交作业' },
]
export const weekdays = ['周一', '周二', '周三', '周四', '周五', '周六', '周日'].map((label, n) => ({ value: n + 1, label }))
export const classStates: Record<ChallengeClass['state'], { label: string; tone: '' | 'ok' | 'warn' | 'bad' }> = {
  open: { label: '招人中', tone: 'ok' },
  closed: { label: '停止招人', tone: 'warn' },
  cancelled: { label: '已取消', tone: 'bad' },
}
export const memberStates: Record<ClassMember['state'], string> = { in: '在班', left: '已退出', lost: '已退款', removed: '已移出' }

/** How what somebody paid for their place stands. */
export const moneyStates: Record<Exclude<ClassMember['money'], ''>, string> = { paid: '已付款', held: '押金在账', returned: '押金已退还', forfeited: '押金不退（没打满）', refunded: '已退款' }

/** What a class costs, in words. */
export const priceOf = (c: ClassPrice) => (c.price === 'free' ? '免费' : c.price === 'class' ? yuan(c.price_fen) : `押金 ${yuan(c.price_fen)}，打满 ${c.return_need} 天退还`)

/** A day YYYYMMDD as the date field wants it, and back; 0 is ''. */
export const dateOf = (day: number) => (day ? `${Math.floor(day / 10000)}-${String(Math.floor(day / 100) % 100).padStart(2, '0')}-${String(day % 100).padStart(2, '0')}` : '')
export const dayOf = (date: string) => Number(date.replaceAll('-', '')) || 0

/** From when to when. */
export const spanOf = (c: Pick<ChallengeClass, 'mode' | 'starts_on' | 'ends_on' | 'plan'>) => (c.mode === 'rolling' ? `${c.plan.days} 天，随到随学` : `${dateOf(c.starts_on)} 至 ${dateOf(c.ends_on)}`)

/** A plan to begin from: weekly milestones, each a day short. */
export function freshPlan(days = 28): ChallengePlan {
  const marks = [7, 14, 21, 28].filter((d) => d <= days).map((day, n) => ({ day, need: day - n, title: ['开了头', '过了半', '快到岸', '到岸'][n] }))
  return { days, make_ups: 3, points: 5, peer: 1, marks, tasks: [{ day: 0, kind: 'words', lesson_id: 0, minutes: 0, picture: false, audio: false, title: '', note: '' }] }
}
