import { computed, ref, watch } from 'vue'

/** Which colours to use; `auto` follows the system. */
export type Scheme = 'auto' | 'light' | 'dark'
const key = 'zz-console-look'
const system = window.matchMedia('(prefers-color-scheme: dark)')

function remembered(): { scheme: Scheme; large: boolean } {
  try {
    const v = JSON.parse(localStorage.getItem(key) ?? '{}') as { scheme?: string; large?: boolean }
    return { scheme: v.scheme === 'light' || v.scheme === 'dark' ? v.scheme : 'auto', large: v.large === true }
  } catch {
    return { scheme: 'auto', large: false } // a full or forbidden store is no reason to show nothing
  }
}
const first = remembered()
/** The chosen colours and size of type, kept by this browser. */
export const scheme = ref<Scheme>(first.scheme)
export const large = ref(first.large)
const night = ref(system.matches)
system.addEventListener('change', () => {
  night.value = system.matches
})
/** Whether the page is dark now. */
export const dark = computed(() => (scheme.value === 'auto' ? night.value : scheme.value === 'dark'))

// Sync, so that whoever reads the tokens after a change reads the new ones.
watch(
  [dark, large],
  () => {
    const root = document.documentElement
    root.toggleAttribute('data-large', large.value)
    if (dark.value) root.dataset.theme = 'dark'
    else delete root.dataset.theme
  },
  { immediate: true, flush: 'sync' },
)
watch([scheme, large], () => {
  try {
    localStorage.setItem(key, JSON.stringify({ scheme: scheme.value, large: large.value }))
  } catch {
    /* remembered until the page is closed */
  }
})
