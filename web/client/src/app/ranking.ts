import type { RankingKind } from '@zhizhou/sdk'
import { count, day, moment } from './format'

/** What rankings are called, in the order in which they are shown. */
export const rankingName: Record<RankingKind, string> = { sales_7: '七日热卖', sales_30: '三十日热卖', study: '大家在学', rating: '好评榜', new: '最近上新' }
/** What a list counts. */
export const rankingRule: Record<RankingKind, string> = { sales_7: '只算真实付款、没有退款的；', sales_30: '只算真实付款、没有退款的；', study: '', rating: '学过的人才能评价，满 5 人评价才上榜，评的人越多越可信；', new: '' }
/** What an empty ranking may say: it knows what was there when it was made, nothing of what came since. */
export const emptyText = (computedAt: number) => `榜单每 10 分钟更新${computedAt ? `，上次更新于 ${moment(computedAt)}` : '，还没有算出第一份'}。`
/** What puts a course in its place, in words. */
export function amountText(kind: RankingKind, amount: number, people = 0): string {
  if (kind === 'rating') return `${(amount / 10).toFixed(1)} 分 · ${count(people)} 人评价`
  if (kind === 'new') return `${day(amount)}上架`
  if (kind === 'study') return `近三十天学了 ${amount < 3600_000 ? `${Math.max(1, Math.floor(amount / 60_000))} 分钟` : `${count(Math.floor(amount / 3600_000))} 小时`}`
  return `${kind === 'sales_7' ? '七天' : '三十天'}卖出 ${count(amount)} 份`
}
