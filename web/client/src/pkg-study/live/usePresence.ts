import { onUnmounted, ref } from 'vue'
import { ApiError, type LivePlay } from '@zhizhou/sdk'
import { call, say } from '@/app/api'
import { auth } from '@/app/auth'

const BEAT_MS = 12_000
const RENEW_AT_MOST = 5 // in a minute

/** The permission to watch a room, and the beats that tell the server that somebody is there. */
export function usePresence(id: () => number) {
  const play = ref<LivePlay | null>(null)
  const problem = ref<{ code: string; message: string; requestId: string } | null>(null)
  let timer: ReturnType<typeof setInterval> | undefined
  let renewals: number[] = []
  let opening = false

  const failed = (e: unknown) => { problem.value = { code: e instanceof ApiError ? e.code : 'unexpected', message: say(e), requestId: e instanceof ApiError ? e.requestId : '' } }
  async function open(): Promise<LivePlay | null> {
    if (opening) return null
    opening = true
    problem.value = null
    try {
      play.value = await call('livePlay', { path: { id: id() } })
      clearInterval(timer)
      if (auth.user) {
        timer = setInterval(beat, BEAT_MS)
        beat()
      }
      return play.value
    } catch (e) {
      failed(e)
      return null
    } finally {
      opening = false
    }
  }
  async function beat() {
    if (!play.value) return
    try {
      await call('liveBeat', { path: { id: id() }, body: { play_id: play.value.play_id } })
    } catch (e) {
      // Away for long, the lease is gone: the next refused playlist opens a new one.
      if (e instanceof ApiError && (e.code === 'play_taken_over' || e.status === 403)) stop(e)
    }
  }
  function stop(e: unknown) {
    clearInterval(timer)
    play.value = null
    failed(e)
  }
  /** Opens anew after a refusal. */
  async function renew(): Promise<LivePlay | null> {
    const now = Date.now()
    renewals = renewals.filter((t) => now - t < 60_000)
    if (renewals.length >= RENEW_AT_MOST || problem.value) return null
    renewals.push(now)
    return open()
  }
  onUnmounted(() => {
    clearInterval(timer)
    if (play.value) call('endPlay', { path: { id: play.value.play_id } }).catch(() => undefined)
  })
  return { play, problem, open, renew }
}
