import { describe, expect, it } from 'vitest'
import { blocks, outermost } from './rich'
import { drawFormulas } from './formula'

const kinds = ['table', 'code', 'image', 'formula', 'clip'] as const

describe('a text in blocks', () => {
  it('is cut at its outermost elements', () => {
    expect(outermost('甲<p>一<b>二</b></p>\n<hr/><ul><li>三<ul><li>四</li></ul></li></ul>乙')).toEqual(['甲', '<p>一<b>二</b></p>', '<hr/>', '<ul><li>三<ul><li>四</li></ul></li></ul>', '乙'])
  })
  it('keeps words together and sets the rest apart', () => {
    const got = blocks('<h2>题</h2><p>文</p><table><tbody><tr><td>a</td></tr></tbody></table><pre><code class="language-go">a &lt; b\nc\n</code></pre><figure><img src="/media/i/a.png" alt="图&#34;" width="800" height="600" loading="lazy"/><figcaption>说<b>明</b></figcaption></figure><div data-tex="x^2"><math></math></div><figure data-asset="12"></figure><p>末</p>', [...kinds])
    expect(got.map((b) => b.kind)).toEqual(['html', 'table', 'code', 'image', 'formula', 'clip', 'html'])
    expect(got[0].html).toBe('<h2>题</h2><p>文</p>')
    expect(got[2].html).toBe('a < b\nc')
    expect(got[3]).toMatchObject({ src: '/media/i/a.png', alt: '图"', caption: '说明', width: 800, height: 600 })
    expect(got[4].alt).toBe('x^2')
    expect(got[5].asset).toBe(12)
  })
  it('is one when nothing stands alone', () => {
    expect(blocks('<p>a</p><table></table><p>b</p>', ['clip'])).toMatchObject([{ kind: 'html', html: '<p>a</p><table></table><p>b</p>' }])
  })
})

describe('formulas without MathML', () => {
  it('keep their shape', () => {
    expect(drawFormulas('<p>设 <span data-tex="x"><math><mrow><mfrac><mi>a</mi><msup><mi>b</mi><mn>2</mn></msup></mfrac></mrow></math></span>')).toBe(
      '<p>设 <span data-tex="x"><span class="mm-math"><span class="mm-frac"><span class="mm-row"><span class="mm-i">a</span></span><span class="mm-row"><span class="mm-i">b</span><span class="mm-sup">2</span></span></span></span></span>',
    )
    expect(drawFormulas('<math><msqrt><mi>x</mi><mo>+</mo></msqrt></math>')).toContain('√<span class="mm-root">')
  })
})
