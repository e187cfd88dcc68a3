import { onScopeDispose, ref, type Ref } from 'vue'

/** Whether the window is at least `px` wide, kept up to date. */
export function useWide(px: number): Ref<boolean> {
  const query = window.matchMedia(`(min-width: ${px}px)`)
  const wide = ref(query.matches)
  const change = () => {
    wide.value = query.matches
  }
  query.addEventListener('change', change)
  onScopeDispose(() => query.removeEventListener('change', change))
  return wide
}
