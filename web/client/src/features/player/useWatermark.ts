import { onBeforeUnmount, type Ref } from 'vue'

const MOVE_MS = 20_000
const PLACES = [['8%', '10%'], ['62%', '14%'], ['30%', '44%'], ['66%', '62%'], ['10%', '66%'], ['44%', '24%']]
const LOOK = 'position:absolute;z-index:3;pointer-events:none;font-size:13px;line-height:1.4;color:rgba(128,132,136,.55);white-space:nowrap;'

/**
 * Writes the viewer's mark over the picture and moves it now and then. Removing or hiding it brings it back;
 * whoever keeps at it is paused. It deters; it does not make copying impossible.
 */
export function useWatermark(host: Ref<HTMLElement | null>, tampered: () => void) {
  let mark: HTMLElement | null = null
  let guard: MutationObserver | null = null
  let timer: ReturnType<typeof setInterval> | undefined
  let text = ''
  let place = 0
  let restored = 0

  function draw() {
    guard?.disconnect()
    mark?.remove()
    mark = document.createElement('div')
    mark.textContent = text
    mark.setAttribute('aria-hidden', 'true')
    const [left, top] = PLACES[place % PLACES.length]
    mark.style.cssText = `${LOOK}left:${left};top:${top};`
    host.value?.append(mark)
    watch()
  }
  function watch() {
    if (!host.value || !mark) return
    guard = new MutationObserver((changes) => {
      const hit = changes.some((c) => c.target === mark || mark?.contains(c.target) || [...c.removedNodes].includes(mark as Node))
      if (!hit) return
      restored++
      draw()
      if (restored >= 3) tampered()
    })
    guard.observe(host.value, { childList: true })
    guard.observe(mark, { attributes: true, childList: true, characterData: true, subtree: true })
  }
  function show(viewer: string) {
    text = viewer
    if (!text) return
    draw()
    clearInterval(timer)
    timer = setInterval(() => { place++; draw() }, MOVE_MS)
  }
  onBeforeUnmount(() => {
    clearInterval(timer)
    guard?.disconnect()
    mark?.remove()
  })
  return { show }
}
