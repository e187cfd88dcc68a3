import { ref } from 'vue'
import type { OwnRating } from '@zhizhou/sdk'
import { call } from '@/app/api'
import { auth } from '@/app/auth'
import { knowUser } from '@/app/session'

/** The visitor's own rating of a course, or whether one may be given; nothing for who is not signed in. */
export function useOwnRating(courseId: () => number) {
  const mine = ref<OwnRating | null>(null)
  async function know() {
    await knowUser()
    // Without an answer the ratings of others are still there to read.
    mine.value = auth.user && courseId() ? await call('ownRating', { path: { id: courseId() } }).catch(() => null) : null
  }
  return { mine, know }
}
