import { nextTick, ref, type Ref } from 'vue'
import type { BookChapter } from '@zhizhou/sdk'
import { call, say } from '@/app/api'

/** The chapter before the reader: opens one, shows why it did not open, and stands where it was left. */
export function useBook(lessonId: () => number, box: () => Promise<{ top: number; height: number } | null>, scrollTop: Ref<number>, turn: () => Promise<void>) {
  const text = ref<BookChapter | null>(null)
  const problem = ref('')
  const busy = ref(false)

  const scrollTo = (top: number) => uni.pageScrollTo({ scrollTop: Math.max(0, Math.round(top)), duration: 0 })
  /** Brings a share (0–1000) of the chapter to the upper edge. */
  async function stand(permille: number) {
    await nextTick()
    const r = await box()
    scrollTo(r && permille > 0 ? scrollTop.value + r.top + (permille / 1000) * r.height : 0)
  }
  async function open(chapter: number, permille = 0): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    problem.value = ''
    try {
      if (text.value) await turn()
      if (text.value?.chapter !== chapter) text.value = await call('ebookChapter', { path: { id: lessonId(), chapter } })
    } catch (e) {
      problem.value = say(e)
      return false
    } finally {
      busy.value = false
    }
    await stand(permille)
    return true
  }
  return { text, problem, busy, open, stand }
}

/** The chapter that a link within the book leads to, 0 for another link. */
export function chapterOf(href: string | null): number {
  return Number(/^#c(\d+)$/.exec(href ?? '')?.[1] ?? 0)
}
