/** A part of a text that the server has cleaned. */
export interface RichBlock {
  kind: 'html' | 'table' | 'code' | 'image' | 'formula' | 'clip'
  html: string
  src: string
  alt: string
  caption: string
  width: number
  height: number
  asset: number
}

const VOID = /^(br|hr|img)$/
const block = (kind: RichBlock['kind'], more: Partial<RichBlock>): RichBlock => ({ kind, html: '', src: '', alt: '', caption: '', width: 0, height: 0, asset: 0, ...more })

/** Cuts a text into its outermost elements; what stands between them is one too. */
export function outermost(html: string): string[] {
  const out: string[] = []
  const tag = /<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g
  let depth = 0
  let from = 0
  for (let m = tag.exec(html); m; m = tag.exec(html)) {
    const end = m.index + m[0].length
    if (m[1]) {
      if (--depth <= 0) {
        depth = 0
        out.push(html.slice(from, end))
        from = end
      }
      continue
    }
    if (depth === 0 && m.index > from) {
      out.push(html.slice(from, m.index))
      from = m.index
    }
    if (!VOID.test(m[2])) depth++
    else if (depth === 0) {
      out.push(html.slice(from, end))
      from = end
    }
  }
  if (from < html.length) out.push(html.slice(from))
  return out.filter((s) => s.trim())
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#34': '"', '#39': "'" }
/** The letters behind the entities that the server writes. */
export const plain = (s: string) => s.replace(/<br\s*\/?>/g, '\n').replace(/<[^>]*>/g, '').replace(/&(amp|lt|gt|quot|#34|#39);/g, (_, n) => named[n])
const attr = (s: string, name: string) => plain(new RegExp(`\\s${name}="([^"]*)"`).exec(s)?.[1] ?? '')

function blockOf(s: string): RichBlock {
  const clip = /^<figure data-asset="(\d+)">/.exec(s)
  if (clip) return block('clip', { asset: Number(clip[1]) })
  if (s.startsWith('<table')) return block('table', { html: s })
  if (s.startsWith('<pre')) return block('code', { html: plain(s).replace(/\n$/, '') })
  if (s.startsWith('<div data-tex')) return block('formula', { html: s, alt: attr(s, 'data-tex') })
  const image = /^(?:<figure>|<p>)?\s*(<img [^>]*>)\s*(?:<figcaption>([\s\S]*)<\/figcaption>)?\s*(?:<\/figure>|<\/p>)?$/.exec(s)
  if (image) return block('image', { src: attr(image[1], 'src'), alt: attr(image[1], 'alt'), width: Number(attr(image[1], 'width')), height: Number(attr(image[1], 'height')), caption: plain(image[2] ?? '') })
  return block('html', { html: s })
}

/** The blocks of a text, words that follow each other in one. `only` names the kinds that stand alone. */
export function blocks(html: string, only: RichBlock['kind'][]): RichBlock[] {
  const out: RichBlock[] = []
  for (const s of outermost(html)) {
    const b = blockOf(s)
    const last = out[out.length - 1]
    if (only.includes(b.kind)) out.push(b)
    else if (last?.kind === 'html') last.html += s
    else out.push(block('html', { html: s }))
  }
  return out
}
