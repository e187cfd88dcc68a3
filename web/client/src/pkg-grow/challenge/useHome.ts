import { ref, watch } from 'vue'
import { onLoad, onShow } from '@dcloudio/uni-app'
import { auth } from '@/app/auth'
import { call } from '@/app/api'
import { knowUser } from '@/app/session'
import { useLoad } from '@/app/useLoad'

/** A challenge that the learner is in: fetched once it is known who looks, and again each time its page is shown. */
export function useHome() {
  const id = ref(0)
  const loaded = useLoad(() => call('challenge', { path: { id: id.value } }))
  onLoad((query) => {
    id.value = Number(query?.id) || 0
    knowUser()
  })
  onShow(() => { if (loaded.data.value || loaded.error.value) loaded.run() })
  watch(() => (id.value && auth.user ? auth.user.id : 0), (ready) => { if (ready) loaded.run() }, { immediate: true })
  return { id, ...loaded }
}
