import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

/** Fills the screen with the whole player, so that the watermark stays; phones without the API get a fixed layer. */
export function useFullscreen(box: Ref<HTMLElement | null>) {
  const full = ref(false)
  const changed = () => { full.value = document.fullscreenElement === box.value && box.value !== null }
  async function toggle() {
    const el = box.value
    if (!el) return
    if (!el.requestFullscreen) {
      full.value = !full.value
      return
    }
    if (document.fullscreenElement) await document.exitFullscreen()
    else await el.requestFullscreen().catch(() => { full.value = true })
  }
  onMounted(() => document.addEventListener('fullscreenchange', changed))
  onBeforeUnmount(() => {
    document.removeEventListener('fullscreenchange', changed)
    if (document.fullscreenElement === box.value && box.value) document.exitFullscreen()
  })
  return { full, toggle }
}
