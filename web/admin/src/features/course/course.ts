import { inject, provide, type InjectionKey, type ShallowRef } from 'vue'
import { call } from '@/app/api'
import type { Course } from '@/app/types'
import { useLoad } from '@/app/useLoad'

/** The course that the editor shows, shared by its tabs. */
export interface CourseDesk {
  course: ShallowRef<Course | null>
  /** Loads it again after a change that the server worked out. */
  reload: () => Promise<void>
  /** Takes over the answer of a saving call. */
  take: (c: Course) => void
}
const key: InjectionKey<CourseDesk> = Symbol('course')

/** Loads a course and offers it to the tabs below. */
export function provideCourse(id: () => number) {
  const load = useLoad(() => call('course', { path: { id: id() } }))
  const desk: CourseDesk = {
    course: load.data,
    reload: load.reload,
    take: (c) => {
      load.data.value = c
    },
  }
  provide(key, desk)
  return { ...desk, error: load.error, loading: load.loading }
}

/** The course of the editor around this component. */
export function useDesk(): CourseDesk {
  const desk = inject(key)
  if (!desk) throw new Error('no course editor around this component')
  return desk
}
