import { ApiError, buildUrl } from '@zhizhou/sdk'
import { addresses, type Operations } from './operations'

export { ApiError }

const base = '/api/console'
type Op = keyof Operations
type Has<K extends Op, P extends string> = P extends keyof Operations[K] ? Record<P, Operations[K][P]> : object
type Maybe<K extends Op, P extends string> = P extends keyof Operations[K] ? Partial<Record<P, Operations[K][P]>> : object
/** Arguments of operation K, plus `key` (Idempotency-Key). */
export type Args<K extends Op> = Has<K, 'path'> & Has<K, 'body'> & Has<K, 'raw'> & Maybe<K, 'query'> & { key?: string }
type Rest<K extends Op> = object extends Args<K> ? [args?: Args<K>] : [args: Args<K>]

let onRefused: (e: ApiError) => unknown = () => {}
/** Sets what happens, besides the rejection, when a call is refused for lack of sign-in or second factor. */
export function whenRefused(f: (e: ApiError) => unknown) {
  onRefused = f
}

function problem(status: number, p: Record<string, unknown>): ApiError {
  const text = typeof p.detail === 'string' && p.detail ? p.detail : '服务暂时没有回应，请稍后再试。'
  return new ApiError(
    status,
    String(p.code ?? 'unexpected'),
    text,
    String(p.request_id ?? ''),
    (p.fields as Record<string, string>) ?? {},
    Number(p.retry_after_s ?? 0),
    p,
  )
}

/** Calls a console operation. Rejects with ApiError; code `network` when no answer arrived. */
export async function call<K extends Op>(op: K, ...[args]: Rest<K>): Promise<Operations[K]['res']> {
  const a = (args ?? {}) as { path?: object; query?: object; body?: unknown; raw?: Blob; key?: string }
  const [method, template] = addresses[op].split(' ')
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (a.raw) headers['Content-Type'] = 'application/octet-stream'
  else if (a.body !== undefined) headers['Content-Type'] = 'application/json'
  if (a.key) headers['Idempotency-Key'] = a.key
  let answer: Response
  try {
    answer = await fetch(buildUrl(base, template, a.path, a.query), {
      method,
      headers,
      body: a.raw ?? (a.body === undefined ? undefined : JSON.stringify(a.body)),
      credentials: 'same-origin',
    })
  } catch {
    throw new ApiError(0, 'network', '网络没有连上，请检查网络后重试。')
  }
  const text = await answer.text()
  let body: unknown
  try {
    body = text ? JSON.parse(text) : undefined
  } catch {
    body = undefined
  }
  if (answer.ok) return body as Operations[K]['res']
  const e = problem(answer.status, (body ?? {}) as Record<string, unknown>)
  if (e.status === 401 || e.status === 403) void onRefused(e)
  throw e
}

/** What to show for anything thrown by a call. */
export function asApiError(e: unknown): ApiError {
  return e instanceof ApiError ? e : new ApiError(0, 'unexpected', '页面出了点问题，请刷新后再试。')
}
