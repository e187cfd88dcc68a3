import { onMounted, ref, type Ref } from 'vue'

/**
 * Counts up from 0 to `steps`, one task of the browser after another once the page stands: what lies below the first
 * screen is drawn by and by, and a tap in between is answered. The mini program draws all at once.
 */
export function useRest(steps: number): Ref<number> {
  const drawn = ref(steps)
  // #ifdef H5
  drawn.value = 0
  const next = () => {
    drawn.value++
    if (drawn.value < steps) setTimeout(next)
  }
  onMounted(() => { setTimeout(next) })
  // #endif
  return drawn
}
