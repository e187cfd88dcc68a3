import { describe, expect, it } from 'vitest'
import { byHand, isNumber, rate } from './labels'
import { chosen } from './files'

const file = (name: string, size: number) => ({ name, size }) as File

describe('invoices', () => {
  it('know a number of the tax office', () => {
    expect(isNumber(' 26442000000000000016 ')).toBe(true)
    expect(isNumber('2644200000000000001')).toBe(false)
  })
  it('are issued by hand unless an automatic issuer is at it', () => {
    expect(byHand({ status: 'requested', issuer: '' })).toBe(true)
    expect(byHand({ status: 'issuing', issuer: 'sandbox' })).toBe(false)
    expect(byHand({ status: 'red_requested', issuer: 'manual' })).toBe(true)
    expect(byHand({ status: 'issued', issuer: 'manual' })).toBe(false)
  })
  it('show rates in percent', () => expect(rate(1300)).toBe('13%'))
})

describe('files of an invoice', () => {
  it('are few, small, and of the right kinds', () => {
    expect(chosen([file('a.pdf', 10), file('b.OFD', 10)], true)).toBe('')
    expect(chosen([file('a.docx', 10)], true)).toContain('a.docx')
    expect(chosen([file('a.pdf', 6 << 20)], true)).toContain('5 MB')
    expect(chosen([file('a.pdf', 1), file('b.pdf', 1)], true)).toContain('同一种')
    expect(chosen([file('a.xml', 1)], true)).toContain('PDF 或 OFD')
    expect(chosen([], false)).toBe('')
  })
})
