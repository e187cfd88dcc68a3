import { ref } from 'vue'
import type { Channel, Share, ShareKind } from '@zhizhou/sdk'
import { call, say } from '@/app/api'

/** Shares one thing: each way makes one share of it while the sheet is open, however often it is pressed. */
export function useShare(kind: () => ShareKind, id: () => number) {
  const busy = ref<Channel | ''>('')
  const problem = ref('')
  let made: Partial<Record<Channel, Share>> = {}
  let keys: Partial<Record<Channel, string>> = {}

  async function make(channel: Channel): Promise<Share | null> {
    if (made[channel]) return made[channel]
    if (busy.value) return null
    busy.value = channel
    problem.value = ''
    // The key outlives a lost answer: pressing again asks for the same share.
    keys[channel] ??= `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 12)}`
    try {
      return (made[channel] = await call('share', { body: { kind: kind(), id: id(), channel, key: keys[channel] } }))
    } catch (e) {
      problem.value = say(e)
      return null
    } finally {
      busy.value = ''
    }
  }
  function anew() {
    made = {}
    keys = {}
    problem.value = ''
  }
  return { busy, problem, make, anew }
}
