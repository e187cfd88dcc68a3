import { ref, watch } from 'vue'
import { call } from '@/app/api'
import { done } from '@/app/notify'
import type { Lesson } from '@/app/types'
import { useAutosave } from '@/app/useAutosave'
import { useDesk } from '../course'

/** The lesson being edited, saved by itself; the outline beside it follows. */
export function useLesson(id: () => number) {
  const { course } = useDesk()
  const form = ref<Lesson | null>(null)
  // The newest version of each lesson that this window has seen. Saves wait for one another, so that none of
  // its own stands in the way of the next; somebody else's is refused by the server.
  const seen = new Map<number, number>()
  let line: Promise<unknown> = Promise.resolve()
  const see = (l: Lesson) => {
    seen.set(l.id, l.version)
    return l
  }
  function write(l: Lesson): Promise<Lesson> {
    const mine = line.then(async () =>
      see(
        await call('saveLesson', {
          path: { id: l.id },
          body: { title: l.title.trim(), is_free: l.is_free, preview_ms: l.preview_ms, preview_pages: l.preview_pages, document_id: l.document_id, ebook_id: l.ebook_id, body_html: l.body_html ?? '', asset_id: l.asset_id, in_order: l.in_order, opens_at: l.opens_at, opens_after_days: l.opens_after_days, after_lesson_id: l.after_lesson_id, version: seen.get(l.id) ?? l.version },
        }),
      ),
    )
    line = mine.catch(() => undefined)
    return mine
  }
  const auto = useAutosave(
    () => {
      const l = form.value
      return l && [l.title, l.is_free, l.preview_ms, l.preview_pages, l.body_html, l.in_order, l.opens_at, l.opens_after_days, l.after_lesson_id]
    },
    async () => {
      if (form.value) mirror(await write(form.value))
    },
  )
  /** Shows a saved lesson in the outline. */
  function mirror(saved: Lesson) {
    if (!course.value || course.value.id !== saved.course_id) return
    course.value = {
      ...course.value,
      chapters: course.value.chapters.map((c) => ({ ...c, lessons: c.lessons.map((l) => (l.id === saved.id ? { ...saved, body_html: '' } : l)) })),
    }
  }
  /** Fetches the lesson anew; what is unsaved in the form is given up. */
  async function latest() {
    const now = id()
    const l = now ? await call('lesson', { path: { id: now } }).catch(() => null) : null
    if (!l || id() !== now) return
    auto.quietly(() => {
      form.value = { ...see(l), body_html: l.body_html ?? '' }
    })
    auto.state.value = 'clean'
    auto.error.value = null
    mirror(l)
  }
  watch(
    id,
    async () => {
      const before = form.value
      await auto.flush()
      if (auto.state.value === 'failed' && before) done(`「${before.title}」的改动没有保存`)
      auto.quietly(() => {
        form.value = null
      })
      auto.state.value = 'clean'
      auto.error.value = null
      await latest()
    },
    { immediate: true },
  )
  /** Gives a lesson its video or document. Works also when another lesson is being edited by then. */
  async function attach(lessonId: number, madeId: number) {
    const here = form.value?.id === lessonId ? form.value : null
    const l = here ?? see(await call('lesson', { path: { id: lessonId } }))
    const saved = await write({ ...l, [l.form === 'video' || l.form === 'audio' ? 'asset_id' : l.form === 'ebook' ? 'ebook_id' : 'document_id']: madeId })
    const { asset_id, asset, document_id, document, page_count, ebook_id, ebook } = saved
    if (form.value?.id === lessonId) auto.quietly(() => Object.assign(form.value!, { asset_id, asset, document_id, document, page_count, ebook_id, ebook }))
    mirror(saved)
  }
  /** Releases the issue now or at a time, or takes it back. What is still unsaved goes first. */
  async function release(at: number | null) {
    const l = form.value
    if (!l) return
    await auto.flush()
    const saved = at === null ? await call('withholdLesson', { path: { id: l.id } }) : await call('releaseLesson', { path: { id: l.id }, body: { at } })
    const { released_at, release_at } = saved
    if (form.value?.id === l.id) auto.quietly(() => Object.assign(form.value!, { released_at, release_at }))
    mirror(saved)
  }
  return { form, attach, release, latest, ...auto }
}

/** What `useLesson` gives. */
export type LessonDesk = ReturnType<typeof useLesson>
