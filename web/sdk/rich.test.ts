import { describe, expect, it } from 'vitest'
import { reachable } from './rich'

describe('a text with what scrolls sideways', () => {
  it('lets the keyboard reach code, formulas and tables, and nothing else', () => {
    expect(reachable('<pre><code>a</code></pre>')).toBe('<pre tabindex="0" role="group" aria-label="代码"><code>a</code></pre>')
    expect(reachable('<div data-tex="x"><math></math></div>')).toBe('<div tabindex="0" role="group" aria-label="公式" data-tex="x"><math></math></div>')
    expect(reachable('<table><tr></tr></table>')).toBe('<table tabindex="0"><tr></tr></table>')
    const plain = '<p>说 <span data-tex="x"></span> &lt;pre&gt;</p><div>a</div>'
    expect(reachable(plain)).toBe(plain)
  })
})
