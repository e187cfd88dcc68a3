import { describe, expect, it } from 'vitest'
import { rateText, titleProblems } from './words'

const firm = { kind: 'enterprise' as const, name: '远帆科技', tax_no: '91440300MA5G12345X' }

describe('an invoice title', () => {
  it('needs a tax number for an enterprise alone', () => {
    expect(titleProblems(firm)).toEqual({})
    expect(titleProblems({ ...firm, tax_no: '' })).toHaveProperty('tax_no')
    expect(titleProblems({ kind: 'institution', name: '市图书馆' })).toEqual({})
    expect(titleProblems({ kind: 'person', name: '王小舟', tax_no: 'x' })).toEqual({})
  })
  it('takes a tax number as people paste it', () => expect(titleProblems({ ...firm, tax_no: '9144 0300 ma5g 12345x' })).toEqual({}))
  it('names every wrong field', () => {
    expect(Object.keys(titleProblems({ kind: 'enterprise', name: ' ', tax_no: '12', email: 'a@b', mobile: '123' })).sort()).toEqual(['email', 'mobile', 'name', 'tax_no'])
  })
  it('shows rates in percent', () => expect([rateText(600), rateText(150)]).toEqual(['6%', '1.5%']))
})
