import { onUnmounted, ref, shallowRef } from 'vue'
import type { Lesson, LiveEvent, LiveMessage, LiveRoom } from '@zhizhou/sdk'
import { call, line } from '@/app/api'
import { auth } from '@/app/auth'
import { useLoad } from '@/app/useLoad'
import { merged } from './talk'

const RETRY_MS = [1000, 2000, 5000, 10_000]

/** A live room: what it is like now, what is said in it, and the line on which both are heard. */
export function useRoom(id: () => number) {
  const messages = shallowRef<LiveMessage[]>([])
  const online = ref(0)
  const cut = ref(false) // the line is gone; it is being opened again
  const access = ref<Lesson['access'] | null>(null) // why it stays closed
  const skew = ref(0) // what the server's clock is ahead
  let socket: UniApp.SocketTask | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let tries = 0
  let left = false

  const { data: room, error, slow, run } = useLoad(async () => {
    const r = await call('live', { path: { id: id() } })
    messages.value = merged(messages.value, r.messages)
    online.value = r.online
    skew.value = r.now_at - Date.now()
    access.value = r.allowed ? null : (await call('lesson', { path: { id: id() } })).access
    if (r.allowed && r.talk_url && !socket) listen(r.talk_url)
    return r
  })

  function listen(path: string) {
    if (left) return
    let header: Record<string, string> = {}
    // #ifndef H5
    header = auth.token ? { Authorization: `Bearer ${auth.token}` } : {}
    // #endif
    const task = uni.connectSocket({ url: line(path), header, complete: () => undefined }) as unknown as UniApp.SocketTask
    socket = task
    task.onOpen(() => {
      const again = tries > 0
      tries = 0
      cut.value = false
      if (again) run() // what was said in between
    })
    task.onMessage(({ data }) => hear(JSON.parse(String(data)) as LiveEvent))
    const lost = () => {
      if (socket !== task) return
      socket = null
      if (left) return
      cut.value = true
      timer = setTimeout(() => listen(path), RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)] * (1 + Math.random()))
    }
    task.onClose(lost)
    task.onError(lost)
  }
  function hear(e: LiveEvent) {
    if (e.messages) messages.value = merged(messages.value, e.messages)
    if (e.online !== undefined) online.value = e.online
    if (!e.room || !room.value) return
    const called = e.room.call_until !== room.value.call_until
    room.value = { ...room.value, ...e.room, signed_in: called ? false : room.value.signed_in } as LiveRoom
  }
  async function say(kind: LiveMessage['kind'], body: string) {
    messages.value = merged(messages.value, [await call('liveSay', { path: { id: id() }, body: { kind, body } })])
  }
  onUnmounted(() => {
    left = true
    clearTimeout(timer)
    socket?.close({})
  })
  return { room, access, error, slow, run, messages, online, cut, skew, say }
}
