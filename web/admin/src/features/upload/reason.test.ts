import { describe, expect, it } from 'vitest'
import { isFinal, reason, Refused } from './reason'

const answered = (status: number, body = '') => Object.assign(new Error('tus'), { originalResponse: { getStatus: () => status, getBody: () => body } }) as unknown as Error

describe('an upload that stopped', () => {
  it('is over when the server refused the file', () => {
    for (const status of [400, 404, 410, 413, 415, 422]) expect(isFinal(answered(status))).toBe(true)
    expect(isFinal(new Refused('不是音视频文件'))).toBe(true)
  })
  it('may go on after a lost network, a lost sign-in, a busy or broken server', () => {
    for (const status of [401, 403, 408, 409, 423, 429, 500, 503]) expect(isFinal(answered(status))).toBe(false)
    expect(isFinal(new Error('network'))).toBe(false)
  })
  it('says why in the words of the server, and never to continue what cannot be', () => {
    expect(reason(answered(422, '{"detail":"这不是音视频文件"}'))).toBe('这不是音视频文件')
    expect(reason(new Refused('不能识别'))).toBe('不能识别')
    expect(reason(answered(415, '<html>'))).not.toContain('继续')
    expect(reason(new Error('x'))).toContain('继续')
  })
})
