import type { Card } from '@zhizhou/sdk'

/** What kinds of milestone are called. */
export const kinds: Record<Card['kind'], string> = { lesson: '课时', chapter: '章节', quiz: '测验', course: '结课', days: '打卡', hours: '时长', badge: '徽章', certificate: '证书' }

/** Study time as it is said. */
export function studied(minutes: number): string {
  if (minutes < 60) return `${minutes} 分钟`
  return minutes % 60 ? `${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分` : `${minutes / 60} 小时`
}

/** A score in points of 100; empty when there is none. */
export const score = (permille: number) => (permille < 0 ? '' : `${permille % 10 ? (permille / 10).toFixed(1) : permille / 10} 分`)

/** A local day as it is read: 2026 年 11 月 2 日. */
export const dayOf = (d: number) => `${Math.floor(d / 10000)} 年 ${Math.floor(d / 100) % 100} 月 ${d % 100} 日`

/** The same where there is little room: 2026-11-02. */
export const dateOf = (d: number) => [Math.floor(d / 10000), ...[Math.floor(d / 100) % 100, d % 100].map((n) => String(n).padStart(2, '0'))].join('-')

/** One line of facts. */
export function summary(c: Pick<Card, 'kind' | 'lessons' | 'lessons_all' | 'minutes' | 'days' | 'score_permille'>): string {
  if (c.kind === 'days') return [`打卡 ${c.days} 天`, c.minutes > 0 && `学习 ${studied(c.minutes)}`].filter(Boolean).join(' · ')
  return [
    c.lessons_all ? `学完 ${c.lessons}/${c.lessons_all} 课` : `学完 ${c.lessons} 课`, c.minutes > 0 && `学习 ${studied(c.minutes)}`, c.days > 1 && `${c.days} 天`, score(c.score_permille) && `测验 ${score(c.score_permille)}`,
  ].filter(Boolean).join(' · ')
}

/** A name, set off from the Chinese after it when it ends in a letter or digit: 学员 2158 得到了徽章. */
export const apart = (name: string) => (/[!-~]$/.test(name) ? `${name} ` : name)

/** A name between Chinese words, set off on both sides alike. */
export const spaced = (name: string) => apart(/^[!-~]/.test(name) ? ` ${name}` : name)

/** A code in groups that can be read out. */
export const spoken = (code: string) => code.replace(/(.{4})(?=.)/g, '$1 ')
