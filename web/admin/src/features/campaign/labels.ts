import type { CampaignInput, CampaignPrize, CampaignRow } from '@/app/types'

export const kinds: Record<CampaignInput['kind'], { label: string; note: string }> = {
  assist: { label: '助力解锁', note: '朋友真的来注册或学习，够数就解锁奖励' },
  invite: { label: '邀请有礼', note: '邀请到几位朋友，得课程或优惠券' },
  lottery: { label: '学习抽卡', note: '机会来自学习或注册，概率公示，不能购买' },
  journey: { label: '新人任务', note: '注册后的头几天，一步一步有奖励' },
}
const phases: Record<CampaignRow['phase'], { label: string; tone: '' | 'ok' | 'warn' }> = { draft: { label: '草稿', tone: '' }, soon: { label: '未开始', tone: '' }, live: { label: '进行中', tone: 'ok' }, paused: { label: '已暂停', tone: 'warn' }, over: { label: '已到期', tone: '' } }
/** A campaign as it stands: one whose end has passed gives nothing any more, whatever its switch says. */
export const stateOf = (c: Pick<CampaignRow, 'state' | 'phase'>) => (c.state === 'ended' ? { label: '已结束', tone: '' as const } : phases[c.phase])
export const prizeKinds: Record<CampaignPrize['kind'], string> = { coupon: '优惠券', points: '积分', course: '课程', material: '资料', nothing: '没有中' }
export const steps: Record<string, string> = { lessons: '学完课时（个）', sign_ins: '签到（天）', minutes: '学习（分钟）', phone: '绑定手机号（填 1）' }
export const causes: Record<CampaignInput['cause'], string> = { join: '朋友注册', study: '学习', both: '注册或学习' }
export const notes: Record<string, string> = { '': '', stock: '奖品已发完', budget: '预算已用完', coupon: '券不能再发给此人' }
export const gifts: Record<string, string> = { given: '已发放', waiting: '核查中', refused: '没有通过' }

/** A percent of at most four digits as a part of a million; null when it is none. */
export function parseOdds(text: string): number | null {
  if (!/^\d{1,3}(\.\d{1,4})?$/.test(text.trim())) return null
  const ppm = Math.round(Number(text) * 10_000)
  return ppm <= 1_000_000 ? ppm : null
}
export const oddsInput = (ppm: number) => String(Number((ppm / 10_000).toFixed(4)))
