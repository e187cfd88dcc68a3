import { computed, ref, watch } from 'vue'
import type { CourseMine, OutlineLesson } from '@zhizhou/sdk'
import { call } from '@/app/api'
import { useLoad } from '@/app/useLoad'
import { go } from '@/app/nav'
import { upNext } from './study'
import { useOffers } from './useOffers'

/** One course as a visitor or an owner sees it, with the one main action that fits. */
export function useCourse() {
  const id = ref(0)
  const preview = ref('')
  const mine = ref<CourseMine | null>(null)
  const skuId = ref(0)
  const { data: course, error, slow, run } = useLoad(async () => {
    const detail = await call('course', { path: { id: id.value }, query: { preview: preview.value } })
    if (!detail.skus.some((s) => s.id === skuId.value)) skuId.value = detail.skus[0]?.id ?? 0
    return detail
  })
  const sku = computed(() => course.value?.skus.find((s) => s.id === skuId.value))
  const offers = useOffers(sku, () => ({ productId: course.value?.product_id ?? 0, kind: course.value?.form ?? 'course', categoryId: course.value?.category.id, tags: course.value?.tags, courseId: id.value }))
  // What runs may have changed while the visitor was elsewhere; the panel then follows.
  watch(course, () => { if (!course.value?.is_free) offers.know() })
  watch(skuId, () => offers.knowGroups())

  /** What this visitor has of the course; a failure only hides progress, never the course. */
  async function knowMine() {
    try {
      mine.value = await call('courseMine', { path: { id: id.value } })
    } catch {
      mine.value = null
    }
  }
  const lessons = computed<OutlineLesson[]>(() => course.value?.chapters.flatMap((c) => c.lessons) ?? [])
  const owned = computed(() => !!mine.value?.owned || !!course.value?.is_free)
  const trial = computed(() => lessons.value.find((l) => l.is_free || l.preview_ms > 0))
  const finished = computed(() => new Set(mine.value?.lessons.filter((l) => l.finished).map((l) => l.lesson_id)))
  /** Neither owned nor sold on this platform. */
  const closed = computed(() => !!course.value && !owned.value && (!course.value.for_sale || !skuId.value))
  const started = computed(() => !!mine.value?.last_lesson_id)

  const done = computed(() => lessons.value.length > 0 && lessons.value.every((l) => finished.value.has(l.id)))
  /** What the main action of an owner is called. */
  const act = computed(() => (done.value ? '再学一遍' : started.value ? '接着学' : '开始学习'))

  function study() {
    const lesson = upNext(lessons.value, finished.value, mine.value?.last_lesson_id ?? 0)
    if (lesson) go({ name: 'lesson', params: { id: lesson } })
  }
  function tryFree() {
    if (trial.value) go({ name: 'lesson', params: { id: trial.value.id } })
  }
  function buy() {
    if (mine.value?.order_no) go({ name: 'pay', params: { no: mine.value.order_no } })
    else if (skuId.value) go({ name: 'checkout', params: { sku: skuId.value } })
  }
  const together = () => { if (skuId.value) go({ name: 'checkout', params: { sku: skuId.value, group: 'new' } }) }
  const gift = () => { if (skuId.value) go({ name: 'checkout', params: { sku: skuId.value, gift: 1 } }) }
  return { id, preview, course, error, slow, run, mine, knowMine, skuId, sku, offers, lessons, owned, trial, finished, done, act, closed, study, tryFree, buy, together, gift }
}
