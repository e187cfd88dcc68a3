import { describe, expect, it } from 'vitest'
import { clipName } from './clips'
import { cleanPaste, measure } from './paste'

describe('what is pasted', () => {
  it('loses what word processors add', () => {
    expect(cleanPaste('<!--[if gte mso 9]><xml>x</xml><![endif]--><style>p{}</style><p class="MsoNormal">段<o:p></o:p></p>')).toBe('<p class="MsoNormal">段</p>')
  })
  it('has the headings of an article', () => {
    expect(cleanPaste('<h1>一</h1><h6>六</h6>')).toBe('<h2>一</h2><h4>六</h4>')
  })
})
describe('a text', () => {
  it('is measured without its spaces', () => {
    expect(measure('你 好\n' + '字'.repeat(400))).toEqual({ count: 402, minutes: 2 })
    expect(measure('')).toEqual({ count: 0, minutes: 1 })
  })
})
it('a clip is named with its length', () => {
  expect(clipName({ name: '开场.mp4', duration_ms: 65_400 })).toBe('▶ 开场.mp4 · 1:05')
})
