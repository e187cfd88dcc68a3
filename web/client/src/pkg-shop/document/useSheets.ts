import { computed, nextTick, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'
import type { DocumentPage } from '@zhizhou/sdk'
import { around, bounded, pageAt, stack } from './layout'

/** Where the reader is in a stack of pages: measures its place on the page, keeps the spot when the size changes. */
export function useSheets(pages: () => DocumentPage[], scrollTop: Ref<number>, measure: () => Promise<{ top: number; width: number }>) {
  const zoom = ref(1)
  const width = ref(0)
  const height = ref(640)
  const start = ref(0)
  const layout = computed(() => stack(pages(), Math.max(1, width.value) * zoom.value))
  const at = computed(() => pageAt(layout.value, scrollTop.value - start.value + height.value / 2))
  const drawn = computed(() => (width.value ? around(layout.value, scrollTop.value - start.value, height.value) : []))

  async function look() {
    const box = await measure()
    if (!box.width) return
    height.value = uni.getSystemInfoSync().windowHeight
    start.value = box.top + scrollTop.value
    width.value = box.width
  }
  const scrollTo = (top: number) => uni.pageScrollTo({ scrollTop: Math.max(0, Math.round(top)), duration: 0 })
  /** Brings a page (from 0) to where the first one begins: below the bar of the window. */
  const show = (page: number) => scrollTo(layout.value.tops[page] ?? 0)
  /** Draws everything anew at another size, and stays where the reader is. */
  async function resize(change: () => unknown) {
    const page = pageAt(layout.value, scrollTop.value - start.value)
    const share = (scrollTop.value - start.value - layout.value.tops[page]) / Math.max(1, layout.value.heights[page])
    await change()
    await nextTick()
    if (page > 0 || share > 0) scrollTo(start.value + layout.value.tops[page] + Math.min(1, share) * layout.value.heights[page])
  }
  const turned = () => { resize(look) }
  watch(pages, () => nextTick(look))
  onMounted(() => uni.onWindowResize?.(turned))
  onBeforeUnmount(() => uni.offWindowResize?.(turned))
  return { zoom, layout, at, drawn, look, show, setZoom: (z: number) => resize(() => { zoom.value = bounded(z) }) }
}
