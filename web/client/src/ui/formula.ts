interface El { name: string; kids: (El | string)[] }

function tree(ml: string): El {
  const root: El = { name: '', kids: [] }
  const stack = [root]
  for (const m of ml.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>|([^<]+)/g)) {
    const top = stack[stack.length - 1]
    if (m[4] !== undefined) top.kids.push(m[4])
    else if (m[1]) { if (stack.length > 1) stack.pop() }
    else {
      const e = { name: m[2], kids: [] }
      top.kids.push(e)
      if (!m[3]) stack.push(e)
    }
  }
  return root
}

const span = (cls: string, inner: string) => `<span class="mm-${cls}">${inner}</span>`
const all = (e: El) => e.kids.map(draw).join('')
const nth = (e: El, i: number) => draw(e.kids.filter((k) => typeof k !== 'string')[i] ?? '')
// Over and under each other: what stands above comes first.
const pile = (cls: string, ...rows: string[]) => span(cls, rows.map((r) => span('row', r)).join(''))

function draw(e: El | string): string {
  if (typeof e === 'string') return e
  switch (e.name) {
    case 'mi': return span('i', all(e))
    case 'mo': return span('o', all(e))
    case 'mfrac': return pile('frac', nth(e, 0), nth(e, 1))
    case 'msup': return nth(e, 0) + span('sup', nth(e, 1))
    case 'msub': return nth(e, 0) + span('sub', nth(e, 1))
    case 'msubsup': return nth(e, 0) + pile('both', nth(e, 2), nth(e, 1))
    case 'munderover': return pile('pile', nth(e, 2), nth(e, 0), nth(e, 1))
    case 'mover': return pile('pile', nth(e, 1), nth(e, 0))
    case 'munder': return pile('pile', nth(e, 0), nth(e, 1))
    case 'msqrt': return `√${span('root', all(e))}`
    case 'mroot': return `${span('sup', nth(e, 1))}√${span('root', nth(e, 0))}`
    case 'mtable': return span('table', all(e))
    case 'mtr': return span('line', all(e))
    case 'mtd': return span('cell', all(e))
    case 'mspace': return ' '
    case 'mphantom': return ''
  }
  return all(e)
}

/** Draws formulas (MathML) with plain boxes, for views that know no MathML. Fractions, powers, roots, sums and matrices keep their shape; brackets do not grow. */
export function drawFormulas(html: string): string {
  return html.replace(/<math[\s\S]*?<\/math>/g, (ml) => span('math', draw(tree(ml))))
}
