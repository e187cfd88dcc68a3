import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { type ApiError, asApiError, call } from '@/app/api'
import type { CardKind, CardLayout } from '@/app/types'

/** The picture of a layout as it is being changed: asked for when nothing moved for a moment; the last one stays until the next is there. */
export function usePreview(layout: Ref<CardLayout | undefined>, kind: Ref<CardKind>) {
  const image = ref('')
  const error = shallowRef<ApiError | null>(null)
  const busy = ref(false)
  let timer = 0
  let turn = 0
  async function draw() {
    const mine = ++turn
    if (!layout.value) return
    busy.value = true
    try {
      const answer = await call('previewCard', { body: { kind: kind.value, layout: layout.value } })
      if (mine !== turn) return
      image.value = answer.image
      error.value = null
    } catch (e) {
      if (mine === turn) error.value = asApiError(e)
    } finally {
      if (mine === turn) busy.value = false
    }
  }
  watch([layout, kind], () => {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void draw(), image.value ? 250 : 0)
  }, { deep: true, immediate: true })
  onScopeDispose(() => {
    turn++
    window.clearTimeout(timer)
  })
  return { image, error, busy }
}
