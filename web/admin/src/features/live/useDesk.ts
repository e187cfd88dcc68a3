import { onMounted, onUnmounted, ref } from 'vue'
import { call } from '@/app/api'
import type { LiveAction, LiveInput, LiveTalk } from '@/app/types'
import { useLoad } from '@/app/useLoad'
import { useSave } from '@/app/useSave'

const LOOK_MS = 10_000 // for what no event tells: who is there, whether an encoder is connected

/** The desk of a live room: what it is like, kept fresh by its line, and the orders it takes. */
export function useDesk(id: () => number) {
  const { data: room, error, loading, slow, reload } = useLoad(() => call('live', { path: { id: id() } }))
  const save = useSave()
  const online = ref<number | null>(null) // unknown until the line has told it
  let line: WebSocket | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  let soon: ReturnType<typeof setTimeout> | undefined
  let left = false

  // Many messages at once are fetched together.
  const look = () => {
    clearTimeout(soon)
    soon = setTimeout(() => void reload(), 250)
  }
  function listen() {
    if (left || !room.value?.talk_url) return
    const ws = new WebSocket(location.origin.replace(/^http/, 'ws') + room.value.talk_url)
    line = ws
    ws.onmessage = ({ data }) => {
      const e = JSON.parse(String(data)) as { online?: number; room?: unknown; messages?: LiveTalk[] }
      if (e.online !== undefined) online.value = e.online
      if (e.room || e.messages) look()
    }
    ws.onclose = () => { if (!left) retry = setTimeout(listen, 3000) }
  }
  async function act(action: LiveAction, body: LiveInput = {}, say = '') {
    const ok = await save.run(() => call('liveDo', { path: { id: id(), action }, body }), say)
    await reload()
    return ok
  }
  async function speak(body: string) {
    const ok = await save.run(() => call('liveSay', { path: { id: id() }, body: { body } }))
    if (ok) await reload()
    return ok
  }
  const tick = setInterval(() => {
    if (!line && room.value) listen()
    void reload()
  }, LOOK_MS)
  onMounted(() => setTimeout(listen, 1000))
  onUnmounted(() => {
    left = true
    clearInterval(tick)
    clearTimeout(retry)
    clearTimeout(soon)
    line?.close()
  })
  return { room, error, loading, slow, reload, online, act, speak, save }
}
