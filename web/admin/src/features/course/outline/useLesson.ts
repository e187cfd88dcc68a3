import { ref, watch } from 'vue'
import { call } from '@/app/api'
import type { Lesson } from '@/app/types'
import { useAutosave } from '@/app/useAutosave'
import { useDesk } from '../course'

/** The lesson being edited, saved by itself; the outline beside it follows. */
export function useLesson(id: () => number) {
  const { course } = useDesk()
  const form = ref<Lesson | null>(null)
  const write = (l: Lesson) =>
    call('saveLesson', {
      path: { id: l.id },
      body: { title: l.title.trim(), is_free: l.is_free, preview_ms: l.preview_ms, preview_pages: l.preview_pages, document_id: l.document_id, ebook_id: l.ebook_id, body_html: l.body_html ?? '', asset_id: l.asset_id, in_order: l.in_order, opens_at: l.opens_at, opens_after_days: l.opens_after_days, after_lesson_id: l.after_lesson_id, version: l.version },
    })
  const auto = useAutosave(
    () => {
      const l = form.value
      return l && [l.title, l.is_free, l.preview_ms, l.preview_pages, l.body_html, l.in_order, l.opens_at, l.opens_after_days, l.after_lesson_id]
    },
    async () => {
      const l = form.value
      if (!l) return
      const saved = await write(l)
      l.version = saved.version
      mirror(saved)
    },
  )
  /** Rises when a lesson is read anew: what keeps a text of its own then begins again. */
  const reads = ref(0)
  async function read(lessonId: number) {
    const l = await call('lesson', { path: { id: lessonId } }).catch(() => null)
    if (!l || id() !== lessonId) return
    auto.quietly(() => {
      form.value = { ...l, body_html: l.body_html ?? '' }
    })
    reads.value++
  }
  /** Gives up what is unsaved here for what stands on the server. */
  async function latest() {
    auto.state.value = 'clean'
    auto.error.value = null
    if (form.value) await read(form.value.id)
  }
  /** Shows a saved lesson in the outline. */
  function mirror(saved: Lesson) {
    if (!course.value || course.value.id !== saved.course_id) return
    course.value = {
      ...course.value,
      chapters: course.value.chapters.map((c) => ({ ...c, lessons: c.lessons.map((l) => (l.id === saved.id ? { ...saved, body_html: '' } : l)) })),
    }
  }
  watch(
    id,
    async (now) => {
      await auto.flush()
      auto.quietly(() => {
        form.value = null
      })
      auto.state.value = 'clean'
      auto.error.value = null
      if (now) await read(now)
    },
    { immediate: true },
  )
  // Changed from elsewhere on this page, by a change of many or a restored version.
  watch(
    () => course.value?.chapters.flatMap((c) => c.lessons).find((l) => l.id === form.value?.id)?.version ?? 0,
    (v) => {
      if (form.value && v > form.value.version && ['clean', 'saved'].includes(auto.state.value)) void read(form.value.id)
    },
  )
  /** Gives a lesson its video or document. Works also when another lesson is being edited by then. */
  async function attach(lessonId: number, madeId: number) {
    const here = form.value?.id === lessonId ? form.value : null
    const l = here ?? (await call('lesson', { path: { id: lessonId } }))
    const saved = await write({ ...l, [l.form === 'video' || l.form === 'audio' ? 'asset_id' : l.form === 'ebook' ? 'ebook_id' : 'document_id']: madeId })
    const { asset_id, asset, document_id, document, page_count, ebook_id, ebook, version } = saved
    if (form.value?.id === lessonId) auto.quietly(() => Object.assign(form.value!, { asset_id, asset, document_id, document, page_count, ebook_id, ebook, version }))
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
  return { form, reads, latest, attach, release, ...auto }
}

/** What `useLesson` gives. */
export type LessonDesk = ReturnType<typeof useLesson>
