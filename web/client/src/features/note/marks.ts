import type { Note } from '@zhizhou/sdk'
import { find, passage, squeeze, type Passage } from './anchor'

// Formulas, clips and the reader's mark are no words of the text.
const APART = 'math, svg, [data-tex], .clip, .read-mark'
const BLOCK = 'p, li, h1, h2, h3, h4, blockquote, td, th, pre, figcaption'

/** The text nodes of a text in their order. Browsers only. */
function nodes(host: HTMLElement): Text[] {
  const walker = document.createTreeWalker(host, NodeFilter.SHOW_TEXT, (n) => (n.parentElement?.closest(APART) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT))
  const out: Text[] = []
  while (walker.nextNode()) out.push(walker.currentNode as Text)
  return out
}

/** Takes all marks out of a text. */
export function undraw(host: HTMLElement): void {
  for (const m of host.querySelectorAll('mark[data-note]')) {
    const parent = m.parentNode!
    while (m.firstChild) parent.insertBefore(m.firstChild, m)
    m.remove()
    parent.normalize()
  }
}

function wrap(host: HTMLElement, from: number, to: number, note: Note): void {
  let at = 0
  for (const node of nodes(host)) {
    const [start, end] = [Math.max(from, at), Math.min(to, at + node.data.length)]
    const offset = at
    at += node.data.length
    if (start >= end) continue
    const part = node.splitText(start - offset)
    part.splitText(end - start)
    if (part.data.trim()) {
      const mark = document.createElement('mark')
      mark.dataset.note = String(note.id)
      mark.className = note.kind === 'note' ? 'hl noted' : 'hl'
      part.replaceWith(mark)
      mark.append(part)
    }
    if (at >= to) return
  }
}

/** Draws marks into a text and returns those whose words are not there any more. */
export function draw(host: HTMLElement, marks: Note[]): number[] {
  undraw(host)
  const text = squeeze(nodes(host).map((n) => n.data).join(''))
  const lost: number[] = []
  for (const m of marks) {
    const place = find(text, m)
    if (place) wrap(host, place.from, place.to, m)
    else lost.push(m.id)
  }
  return lost
}

/** What is selected within a text; null when nothing is, or something outside of it. */
export function selected(host: HTMLElement): (Passage & { box: DOMRect }) | null {
  const sel = window.getSelection()
  if (!sel || sel.isCollapsed || !sel.rangeCount) return null
  const range = sel.getRangeAt(0)
  if (!range.intersectsNode(host)) return null
  let all = ''
  let shown = ''
  let from = -1
  let to = -1
  let block: Element | null = null
  for (const n of nodes(host)) {
    if (range.intersectsNode(n)) {
      const start = n === range.startContainer ? range.startOffset : 0
      const end = n === range.endContainer ? range.endOffset : n.data.length
      if (end > start) {
        if (from < 0) from = all.length + start
        to = all.length + end
        const here = n.parentElement?.closest(BLOCK) ?? null
        if (shown && here !== block) shown += '\n'
        block = here
        shown += n.data.slice(start, end)
      }
    }
    all += n.data
  }
  const p = from < 0 ? null : passage(all, from, to, shown)
  return p?.quote ? { ...p, box: range.getBoundingClientRect() } : null
}
