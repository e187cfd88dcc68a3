import { yuan } from '@/app/format'
import type { PartnerPlace, PartnerPlan, PartnerRow } from '@/app/types'

export const roles: Record<PartnerRow['role'], string> = { creator: '创作者合伙人', class_teacher: '班主任合伙人', senior_learner: '优秀学员合伙人', agency: '机构合伙人' }
export const states: Record<PartnerRow['state'], { label: string; tone: '' | 'ok' | 'warn' | 'bad' | 'brand' }> = {
  applied: { label: '待审核', tone: 'warn' }, invited: { label: '已邀请', tone: 'brand' }, active: { label: '合作中', tone: 'ok' },
  suspended: { label: '已暂停', tone: 'bad' }, rejected: { label: '未通过', tone: '' }, ended: { label: '已结束', tone: '' },
}
type To = 'active' | 'rejected' | 'suspended' | 'ended'
/** What may be done with a partner in a state, the pressing one first. */
export const moves: Partial<Record<PartnerRow['state'], { to: To; label: string; done: string }[]>> = {
  applied: [{ to: 'active', label: '通过', done: '已通过，推荐指南已发给对方' }, { to: 'rejected', label: '不通过', done: '已告知对方' }],
  invited: [{ to: 'ended', label: '撤回邀请', done: '邀请已撤回' }],
  active: [{ to: 'suspended', label: '暂停', done: '已暂停' }, { to: 'ended', label: '结束合作', done: '合作已结束' }],
  suspended: [{ to: 'active', label: '恢复', done: '已恢复' }, { to: 'ended', label: '结束合作', done: '合作已结束' }],
}
/** How a move looks: what lets somebody go on is the main one, what stops them never is. */
export const look = (to: To) => (to === 'active' ? 'btn brand grow' : 'btn line')
export const materialKinds = { text: '文案', script: '短视频脚本', highlight: '亮点', picture: '图片' } as const

/** A share in percent with one decimal; — when there is nothing to share. */
export const share = (part: number, whole: number) => (whole > 0 ? `${((part * 100) / whole).toFixed(1)}%` : '—')

/** What became of the reward of a place; '' where there is none. */
export const rewardStates: Record<PartnerPlace['state'], { label: string; tone: '' | 'ok' | 'warn' | 'bad' | 'brand' }> = {
  none: { label: '', tone: '' }, due: { label: '待入账', tone: 'warn' }, paid: { label: '已入账', tone: 'ok' }, reversed: { label: '已撤回', tone: 'bad' }, void: { label: '已取消', tone: 'bad' },
}

/** A part of a plan in words, without its amount. */
export const stepName = (s: PartnerPlan['steps'][number]) => (s.kept_fen ? `成交留下 ${yuan(s.kept_fen)} 起` : s.from === s.to ? `第 ${s.from} 名` : `第 ${s.from}–${s.to} 名`)
