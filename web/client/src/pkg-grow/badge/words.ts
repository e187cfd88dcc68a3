import type { Badge } from '@zhizhou/sdk'

/** How far somebody is on the way to a badge, as it is said. */
export function soFar(b: Pick<Badge, 'fact' | 'need' | 'have'>): string {
  if (b.fact === 'minutes' && b.need >= 60) return `${Number((b.have / 60).toFixed(1))} / ${Number((b.need / 60).toFixed(1))} 小时`
  const unit: Record<Badge['fact'], string> = { lessons: '课', courses: '门', minutes: '分钟', sign_ins: '天', streak: '天', milestones: '个里程碑' }
  return `${b.have} / ${b.need} ${unit[b.fact]}`
}

/** Hours of study until the next level. */
export const untilNext = (minutes: number, next: number) => {
  const left = next - minutes
  return left < 60 ? `${left} 分钟` : `${Math.floor(left / 60)} 小时${left % 60 ? ` ${left % 60} 分` : ''}`
}
