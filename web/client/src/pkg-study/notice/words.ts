import type { NoticeKind } from '@zhizhou/sdk'

/** The kinds of notices as people call them, and what each tells. */
export const kindWords: Record<NoticeKind['kind'], { name: string; note: string; icon: string }> = {
  column: { name: '专栏更新', note: '订阅的专栏发布新的一期', icon: 'article' },
  live: { name: '直播提醒', note: '预约的直播快开始，回放可以看', icon: 'live' },
  study: { name: '学习提醒', note: '每日提醒、每周小结', icon: 'learn' },
  answer: { name: '问答', note: '提问有了回答', icon: 'info' },
  homework: { name: '作业', note: '批改、退回、待互评', icon: 'edit' },
  certificate: { name: '证书与证据卡', note: '得到、寄语与撤销', icon: 'done' },
  booking: { name: '预约', note: '预约成功、改期、快开始', icon: 'clock' },
  partner: { name: '合伙人', note: '申请结果、条款更新、推荐指南', icon: 'crown' },
  mate: { name: '同伴提醒', note: '同组的人提醒你今天打卡，每天最多 3 次，晚上 9 点后不提醒', icon: 'people' },
  challenge: { name: '打卡挑战', note: '小组、里程碑、晒卡日', icon: 'learn' },
  reward: { name: '奖励', note: '活动奖励发放、权益核查', icon: 'gift' },
  teaching: { name: '讲师申请', note: '申请有了结果', icon: 'edit' },
}
