import type { DetailedError } from 'tus-js-client'

/** The server took the whole file and then would not have it. */
export class Refused extends Error {}

/** Answers after which trying again may help: signed out, too many at once, or something in the way for now. */
const passing = [401, 403, 408, 409, 423, 425, 429]

const answerOf = (e: Error | DetailedError) => ('originalResponse' in e ? e.originalResponse : null)

/** Whether the server has said no to this file for good: continuing would only be refused again. */
export function isFinal(e: Error | DetailedError): boolean {
  if (e instanceof Refused) return true
  const status = answerOf(e)?.getStatus() ?? 0
  return status >= 400 && status < 500 && !passing.includes(status)
}

/** Chinese reason of an upload that stopped: the server's own words when it answered with a problem. */
export function reason(e: Error | DetailedError): string {
  if (e instanceof Refused && e.message) return e.message
  try {
    const p = JSON.parse(answerOf(e)?.getBody() ?? '') as { detail?: string }
    if (p.detail) return p.detail
  } catch {
    /* not a problem body: no answer at all, or a proxy's page */
  }
  return isFinal(e) ? '服务器不接受这个文件。请换一个文件。' : '上传中断了，已传的部分还在。检查网络后点继续。'
}
