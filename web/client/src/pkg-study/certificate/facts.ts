/** What a certificate states, in words. */
export interface Facts { lessons: number; minutes: number; score_permille: number; started_at: number; finished_at: number }

/** Study time as it is printed: hours and minutes. */
export function studied(minutes: number): string {
  if (minutes < 60) return `${minutes} 分钟`
  return minutes % 60 ? `${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分` : `${minutes / 60} 小时`
}

/** A score in points of 100; empty when none was asked for. */
export function score(permille: number): string {
  return permille < 0 ? '' : `${permille % 10 ? (permille / 10).toFixed(1) : permille / 10} 分`
}

/** One line of facts. */
export function summary(f: Facts): string {
  return [`学完 ${f.lessons} 课时`, `学习 ${studied(f.minutes)}`, score(f.score_permille) && `测验 ${score(f.score_permille)}`].filter(Boolean).join(' · ')
}

/** A code in groups that can be read out. */
export const spoken = (code: string) => code.replace(/^(..)(.{4})(.{4})(.*)$/, '$1 $2 $3 $4')
