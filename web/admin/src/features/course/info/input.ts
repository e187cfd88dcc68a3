import type { Course, CourseInput } from '@/app/types'

/** The part of a course that the page form edits and sends back; the API refuses anything more. */
export function inputOf(c: Course): CourseInput {
  return {
    title: c.title,
    promise: c.promise,
    intro_html: c.intro_html,
    audience: c.audience,
    outcomes: [...c.outcomes],
    tags: [...c.tags],
    cover: c.cover,
    scene: c.scene,
    instructor_id: c.instructor_id,
    category_id: c.category_id,
    position: c.position,
    recommended: c.recommended,
    ...(c.form === 'column' && { cadence: c.cadence ?? '', planned_count: c.planned_count ?? 0 }),
    version: c.version,
  }
}
