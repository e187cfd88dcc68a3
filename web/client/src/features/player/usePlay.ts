import { ref } from 'vue'
import { ApiError, type Play } from '@zhizhou/sdk'
import { call, say } from '@/app/api'
import { hush } from '../audio/hush'

const RENEW_WITHIN_MS = 60_000
const RENEW_AT_MOST = 3

/** Why a lesson cannot be played now, with the server's words. */
export interface PlayProblem { code: string; message: string; requestId: string }

/** The permission to play a lesson, a video within an article (`assetId`) or what introduces a class. */
export type Wanted = { lessonId: number; assetId?: number } | { classId: number }
const ask = (w: Wanted) => ('classId' in w ? call('playClass', { path: { id: w.classId } }) : call('play', { path: { id: w.lessonId }, query: w.assetId ? { asset_id: w.assetId } : {} }))

/** Asks to play, and again when the addresses have expired. */
export function usePlay(wanted: () => Wanted) {
  const play = ref<Play | null>(null)
  const problem = ref<PlayProblem | null>(null)
  const opening = ref(false)
  let renewals: number[] = []

  async function open(): Promise<Play | null> {
    if (opening.value) return null
    opening.value = true
    hush()
    problem.value = null
    try {
      play.value = await ask(wanted())
      return play.value
    } catch (e) {
      problem.value = { code: e instanceof ApiError ? e.code : 'unexpected', message: say(e), requestId: e instanceof ApiError ? e.requestId : '' }
      return null
    } finally {
      opening.value = false
    }
  }
  /** Opens anew after a refused segment, at most three times a minute. */
  async function renew(): Promise<Play | null> {
    const now = Date.now()
    renewals = renewals.filter((t) => now - t < RENEW_WITHIN_MS)
    if (renewals.length >= RENEW_AT_MOST) {
      problem.value = { code: 'media_failed', message: '视频没有打开，请稍后再试。', requestId: '' }
      return null
    }
    renewals.push(now)
    return open()
  }
  function stopWith(code: string, message: string) {
    problem.value = { code, message, requestId: '' }
  }
  return { play, problem, opening, open, renew, stopWith }
}
