import { onScopeDispose, watch } from 'vue'
import { useGoods } from './goods'

/** Tells the editor, while `changed` holds, that a tab has something unsaved. */
export function useDirty(tab: string, changed: () => boolean) {
  const { dirty } = useGoods()
  const set = (on: boolean) => {
    if (on === dirty.value.has(tab)) return
    const next = new Set(dirty.value)
    if (on) next.add(tab)
    else next.delete(tab)
    dirty.value = next
  }
  watch(changed, set, { immediate: true })
  onScopeDispose(() => set(false))
}
