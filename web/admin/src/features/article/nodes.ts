import { Mark, mergeAttributes, Node } from '@tiptap/core'
import { call } from '@/app/api'
import { drawFormula } from './formulas'
import { clipName } from './clips'

const OURS = /^\/media\/i\/[\w-]+(\/[\w-]+)*\.[a-z0-9]+$/
const number = (name: string) => ({ default: null, parseHTML: (e: HTMLElement) => e.getAttribute(name) || e.querySelector('img')?.getAttribute(name) || null })

/** A picture of this site with the words below it. Those of other sites are not taken. */
export const Figure = Node.create({
  name: 'figure',
  group: 'block',
  content: 'inline*',
  isolating: true,
  draggable: true,
  addAttributes: () => ({
    src: { default: '', parseHTML: (e: HTMLElement) => e.getAttribute('src') || e.querySelector('img')?.getAttribute('src') || '' },
    alt: { default: '', parseHTML: (e: HTMLElement) => e.getAttribute('alt') || e.querySelector('img')?.getAttribute('alt') || '' },
    width: number('width'),
    height: number('height'),
  }),
  parseHTML: () => [
    { tag: 'figure', contentElement: (e) => (e as HTMLElement).querySelector('figcaption') ?? document.createElement('figcaption'), getAttrs: (e) => OURS.test((e as HTMLElement).querySelector('img')?.getAttribute('src') ?? '') && null },
    { tag: 'img[src]', getAttrs: (e) => OURS.test((e as HTMLElement).getAttribute('src') ?? '') && null },
  ],
  renderHTML: ({ HTMLAttributes }) => ['figure', ['img', HTMLAttributes], ['figcaption', 0]],
})

function drawn(block: boolean) {
  return (node: { attrs: Record<string, unknown> }, edit: (tex: string) => void) => {
    const dom = document.createElement(block ? 'div' : 'span')
    const tex = String(node.attrs.tex)
    dom.className = block ? 'tex block' : 'tex'
    dom.setAttribute('role', 'button')
    dom.setAttribute('aria-label', `公式 ${tex}，双击修改`)
    dom.textContent = tex
    dom.addEventListener('dblclick', () => edit(tex))
    // What the server answers is drawn from the source alone; nothing that was pasted is in it.
    void drawFormula(tex, block).then((f) => {
      if (f.html) dom.innerHTML = f.html
      dom.classList.toggle('wrong', !!f.error)
      if (f.error) dom.title = f.error
    })
    return { dom }
  }
}

const formula = (name: string, tag: 'span' | 'div', block: boolean) =>
  Node.create<{ edit: (tex: string, block: boolean) => void }>({
    name,
    group: block ? 'block' : 'inline',
    inline: !block,
    atom: true,
    selectable: true,
    addOptions: () => ({ edit: () => undefined }),
    addAttributes: () => ({ tex: { default: '', parseHTML: (e: HTMLElement) => e.getAttribute('data-tex') ?? '', renderHTML: (a) => ({ 'data-tex': a.tex }) } }),
    parseHTML: () => [{ tag: `${tag}[data-tex]`, priority: 80 }],
    renderHTML: ({ HTMLAttributes }) => [tag, mergeAttributes(HTMLAttributes)],
    addNodeView() {
      return ({ node }) => drawn(block)(node, (tex) => this.options.edit(tex, block))
    },
    renderText: ({ node }) => String(node.attrs.tex),
  })

/** A formula within a line. */
export const Formula = formula('formula', 'span', false)
/** A formula on a line of its own. */
export const FormulaBlock = formula('formulaBlock', 'div', true)

/** A video or a recording of the school's own. */
export const Clip = Node.create({
  name: 'clip',
  group: 'block',
  atom: true,
  draggable: true,
  addAttributes: () => ({ asset: { default: '', parseHTML: (e: HTMLElement) => e.getAttribute('data-asset') ?? '', renderHTML: (a) => ({ 'data-asset': a.asset }) } }),
  parseHTML: () => [{ tag: 'figure[data-asset]', priority: 90 }],
  renderHTML: ({ HTMLAttributes }) => ['figure', mergeAttributes(HTMLAttributes)],
  addNodeView() {
    return ({ node }) => {
      const dom = document.createElement('div')
      dom.className = 'clip'
      dom.textContent = '视频'
      call('asset', { path: { id: Number(node.attrs.asset) } }).then(
        (a) => (dom.textContent = clipName(a)),
        () => (dom.textContent = '这段视频找不到了，请删去或重新选择'),
      )
      return { dom }
    }
  },
})

const raised = (name: 'sup' | 'sub') => Mark.create({ name, excludes: name === 'sup' ? 'sub' : 'sup', parseHTML: () => [{ tag: name }], renderHTML: () => [name, 0] })

/** What stands above the line, as the number of a footnote. It comes with imports and pasted texts. */
export const Sup = raised('sup')
/** What stands below the line. */
export const Sub = raised('sub')
