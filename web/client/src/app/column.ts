import type { CourseCard } from '@zhizhou/sdk'

type Formed = Pick<CourseCard, 'form'>

/** What a course's lessons are called: those of a column are issues. */
export const unit = (c?: Formed) => (c?.form === 'column' ? '期' : '课时')

/** How many lessons there are: 12 课时, 已更新 8 期, 已更新 8/50 期. */
export function lessonsText(c: Formed & Pick<CourseCard, 'lesson_count' | 'planned_count'>): string {
  if (c.form !== 'column') return `${c.lesson_count} 课时`
  return `已更新 ${c.planned_count > 0 ? `${c.lesson_count}/${c.planned_count}` : c.lesson_count} 期`
}

/** One line about a course on a card: who, of a column how far it is, and how it is rated. */
export const cardNote = (c: Formed & Pick<CourseCard, 'instructor_name' | 'form_note' | 'lesson_count' | 'planned_count'> & Partial<Pick<CourseCard, 'rating_average'>>) =>
  [c.instructor_name, c.form === 'column' ? lessonsText(c) : c.form_note, c.rating_average ? `${c.rating_average.toFixed(1)} 分` : ''].filter(Boolean).join(' · ')
