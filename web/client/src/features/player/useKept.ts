import { onBeforeUnmount, onMounted } from 'vue'

/** How many characters of a paid text may be copied at once: a quote. */
export const QUOTE = 100

/** Shortens what is copied to a quote. */
export function quoted(text: string, from: string): string {
  const all = [...text]
  return all.length <= QUOTE ? text : `${all.slice(0, QUOTE).join('')}……（摘自《${from}》，付费内容每次最多复制 ${QUOTE} 字）`
}

/** A faint tile with the reader's mark, as a background. */
export function tile(mark: string): string {
  const text = mark.replace(/[<>&"']/g, '')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="260" height="180"><text x="20" y="110" transform="rotate(-20 130 90)" font-size="14" font-family="sans-serif" fill="#808488" fill-opacity=".13">${text}</text></svg>`
  return `url("data:image/svg+xml,${encodeURIComponent(svg)}")`
}

/** Keeps long copies of a paid text back, in browsers; the mini program's texts cannot be selected. */
export function useKept(host: () => HTMLElement | null, on: () => boolean, title: () => string) {
  // #ifdef H5
  function copied(e: ClipboardEvent) {
    const box = host()
    const sel = window.getSelection()
    if (!on() || !box || !sel || !sel.rangeCount || !sel.getRangeAt(0).intersectsNode(box)) return
    const text = sel.toString()
    if ([...text].length <= QUOTE) return
    e.preventDefault()
    e.clipboardData?.setData('text/plain', quoted(text, title()))
    uni.showToast({ title: `付费内容每次最多复制 ${QUOTE} 字`, icon: 'none' })
  }
  function dragged(e: DragEvent) {
    if (on() && e.target instanceof Node && host()?.contains(e.target)) e.preventDefault()
  }
  onMounted(() => {
    for (const kind of ['copy', 'cut'] as const) document.addEventListener(kind, copied)
    document.addEventListener('dragstart', dragged)
  })
  onBeforeUnmount(() => {
    for (const kind of ['copy', 'cut'] as const) document.removeEventListener(kind, copied)
    document.removeEventListener('dragstart', dragged)
  })
  // #endif
}
