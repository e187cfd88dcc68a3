import { onScopeDispose, ref } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'

/** Asks, in a dialog of ours, before a page with unsaved changes is left. Closing the tab asks in the browser's way: there is no other. */
export function useLeave(unsaved: () => boolean) {
  const asking = ref(false)
  let answer: ((go: boolean) => void) | undefined
  onBeforeRouteLeave(() => {
    if (!unsaved()) return true
    asking.value = true
    return new Promise<boolean>((resolve) => {
      answer = resolve
    })
  })
  function decide(go: boolean) {
    asking.value = false
    answer?.(go)
  }
  const closing = (e: BeforeUnloadEvent) => {
    if (unsaved()) e.preventDefault()
  }
  window.addEventListener('beforeunload', closing)
  onScopeDispose(() => window.removeEventListener('beforeunload', closing))
  return { asking, decide }
}
