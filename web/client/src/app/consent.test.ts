import { describe, expect, it } from 'vitest'
import type { Agreement } from '@zhizhou/sdk'
import { answerConsent, askConsent, consentAsk } from './consent'

const policy: Agreement = { kind: 'privacy_policy', title: '隐私政策', version: '2026-12-01' }
const soon = () => new Promise((r) => setTimeout(r))

describe('agreements that became due', () => {
  it('asks once for calls that were refused together', async () => {
    let asked = 0
    const due = async () => { asked++; return [policy] }
    const both = Promise.all([askConsent(due), askConsent(due)])
    await soon()
    expect([consentAsk.open, consentAsk.due, asked]).toEqual([true, [policy], 1])
    answerConsent(true)
    expect(await both).toEqual([true, true])
    expect(consentAsk.open).toBe(false)
  })
  it('asks nobody when nothing is due any more', async () => {
    expect(await askConsent(async () => [])).toBe(true)
    expect(consentAsk.open).toBe(false)
  })
  it('takes no for an answer and asks again the next time', async () => {
    const first = askConsent(async () => [policy])
    await soon()
    answerConsent(false)
    expect(await first).toBe(false)
    const second = askConsent(async () => [policy])
    await soon()
    expect(consentAsk.open).toBe(true)
    answerConsent(true)
    expect(await second).toBe(true)
  })
  it('a question that cannot be put is not a yes', async () => {
    await expect(askConsent(async () => { throw new Error('offline') })).rejects.toThrow('offline')
    expect(consentAsk.open).toBe(false)
  })
})
