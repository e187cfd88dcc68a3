import { computed, ref } from 'vue'
import { ApiError } from '@zhizhou/sdk'
import { call, say } from '@/app/api'
import type { Place } from '@/app/routes'
import { heard, useServerNow } from '@/app/serverClock'
import { yuan } from '@/app/format'
import { useLoad } from '@/app/useLoad'

/** One bargain as its starter or a friend sees it; it is asked for anew while it is open and on screen. */
export function useBargain() {
  const id = ref(0)
  const shown = ref(false)
  const busy = ref(false)
  const problem = ref('')
  /** Helping needs a phone number first. */
  const phone = ref(false)
  const { data: bargain, error, slow, run } = useLoad(async () => {
    const b = await call('bargain', { path: { id: id.value } })
    heard(b.now_at)
    phone.value = false
    return b
  })
  const { now } = useServerNow(() => { if (shown.value && bargain.value?.state === 'open') run() })
  const cut = computed(() => bargain.value?.my_cut_fen ?? 0)
  const place = computed<Place>(() => ({ name: 'bargain', params: { id: id.value } }))
  const goods = computed<Place>(() => {
    const b = bargain.value
    if (!b?.product_id) return { name: 'courses' }
    return b.kind === 'course' && b.course_id ? { name: 'course', params: { id: b.course_id } } : { name: 'goods', params: { id: b.product_id } }
  })
  /** What the bargain is about, and is shared with it. */
  const of = computed(() => {
    const b = bargain.value
    return !b?.product_id ? undefined : b.kind === 'course' && b.course_id ? { kind: 'course' as const, id: b.course_id } : { kind: 'product' as const, id: b.product_id }
  })
  const title = computed(() => (bargain.value ? `帮我把《${bargain.value.title}》砍到 ${yuan(bargain.value.floor_fen)}` : '砍价'))

  async function help() {
    if (busy.value) return
    busy.value = true
    problem.value = ''
    try {
      await call('helpBargain', { path: { id: id.value } })
      await run()
    } catch (e) {
      problem.value = say(e)
      phone.value = e instanceof ApiError && e.code === 'phone_needed'
    } finally {
      busy.value = false
    }
  }
  return { id, bargain, error, slow, run, now, shown, busy, problem, phone, cut, help, place, goods, of, title }
}
