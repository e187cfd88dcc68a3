import type { RatingWhy } from '@zhizhou/sdk'

/** What so many stars mean, from one on. */
export const starWords = ['很失望', '不太满意', '一般', '满意', '非常满意']
/** 4.8 分; nothing while too few rated. */
export const scoreText = (average: number) => (average > 0 ? `${average.toFixed(1)} 分` : '')
/** How wide a bar is of so many among all, in per cent; what is there is never invisible. */
export const barWidth = (n: number, all: number) => (n > 0 && all > 0 ? Math.max(2, Math.round((n / all) * 100)) : 0)
/** Why a learner may not rate yet; nothing to those who have not got the course. */
export const whyText = (why: RatingWhy) => (why === 'rating_study_first' ? '学完一课，或学满 10 分钟，就可以评价了。' : why === 'rating_own' ? '这是你讲的课程，不能评价。' : '')
/** What one's own words wait for. */
export const ownState: Record<string, string> = { pending: '文字审核中，星级已计入', hidden: '文字没有公开，星级仍计入', bare: '', shown: '', '': '' }
