import { nextTick, ref, watch } from 'vue'
import { call } from '@/app/api'
import { useSave } from '@/app/useSave'
import type { Chapter } from '@/app/types'
import { useDesk } from '../course'
import { moveChapter, moveLesson, orderOf } from './order'

/** The outline in its changeable form: dragged or moved by key, stored at once. */
export function useOutline() {
  const { course, reload } = useDesk()
  const copy = (list: Chapter[]) => list.map((c) => ({ ...c, lessons: [...c.lessons] }))
  const chapters = ref<Chapter[]>(copy(course.value!.chapters))
  watch(course, (c) => {
    if (c) chapters.value = copy(c.chapters)
  })
  /** What was moved where, for screen readers. */
  const said = ref('')
  const { error, run } = useSave()

  async function store() {
    const now = course.value!
    const order = orderOf(chapters.value)
    if (JSON.stringify(order) === JSON.stringify(orderOf(now.chapters))) return
    const ok = await run(() => call('orderOutline', { path: { id: now.id }, body: { chapters: order } }))
    // Taking the new order over locally keeps the open lesson; a refusal brings the true order back.
    if (ok && course.value) course.value = { ...course.value, chapters: copy(chapters.value) }
    else await reload()
  }
  /** Moves one place up (−1) or down (+1) and keeps the focus on the handle. */
  async function step(kind: 'chapter' | 'lesson', id: number, title: string, by: -1 | 1) {
    const next = kind === 'chapter' ? moveChapter(chapters.value, id, by) : moveLesson(chapters.value, id, by)
    if (next === chapters.value) {
      said.value = '已经在最边上了'
      return
    }
    chapters.value = next
    said.value = `「${title}」已${by < 0 ? '上' : '下'}移`
    await store()
    await nextTick()
    document.querySelector<HTMLElement>(`[data-handle="${kind}-${id}"]`)?.focus()
  }
  return { course, chapters, store, step, said, error, reload }
}
