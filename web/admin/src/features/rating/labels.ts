import type { RatingRow } from '@/app/types'
import { states as written } from '@/features/note/labels'

/** What became of the words of a rating. */
export const states: Record<RatingRow['state'], { label: string; tone: '' | 'ok' | 'warn' | 'bad' }> = { ...written, bare: { label: '只打分', tone: '' } }
/** ★★★★☆ for the eye; say `4 星` beside it. */
export const starText = (n: number) => '★'.repeat(n) + '☆'.repeat(5 - n)
