import type { Operations } from './operations'
import { routes } from './routes'

/** One request as a transport sees it; `body` is JSON text or raw bytes. */
export interface WireRequest { method: string; url: string; headers: Record<string, string>; body?: unknown; keepalive?: boolean }
export interface WireResponse { status: number; body: unknown }
/** Sends one request. Rejects only when no answer arrived at all. */
export type Transport = (req: WireRequest) => Promise<WireResponse>

type Part<K extends keyof Operations, P extends string> = P extends keyof Operations[K] ? Operations[K][P] : never
/** Arguments of operation K plus `key` (Idempotency-Key) and `keepalive` (survives leaving the page). */
export type Args<K extends keyof Operations> =
  & ('path' extends keyof Operations[K] ? { path: Part<K, 'path'> } : object)
  & ('query' extends keyof Operations[K] ? { query?: Part<K, 'query'> } : object)
  & ('body' extends keyof Operations[K] ? { body: Part<K, 'body'> } : object)
  & { key?: string; keepalive?: boolean; rawType?: string }
export type Result<K extends keyof Operations> = Operations[K]['res']

/** A refused request (RFC 9457 problem). `message` is the Chinese text to show; status 0 means no answer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId = '',
    readonly fields: Record<string, string> = {},
    readonly retryAfterS = 0,
    /** The whole problem body, for the few codes that carry more (`play_taken_over` names who). */
    readonly problem: Record<string, unknown> = {},
  ) {
    super(message)
    this.name = 'ApiError'
  }
}

/** Fills `{name}` parts and appends the query; undefined and empty values are left out. */
export function buildUrl(base: string, template: string, path: object = {}, query: object = {}): string {
  const values = path as Record<string, string | number>
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])))
  const pairs = Object.entries(query).filter(([, v]) => v !== undefined && v !== '')
  const tail = pairs.map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(String(v))}`).join('&')
  return base + filled + (tail ? `?${tail}` : '')
}

function problem(status: number, body: unknown): ApiError {
  const p = (body && typeof body === 'object' ? body : {}) as Record<string, unknown>
  const text = typeof p.detail === 'string' && p.detail ? p.detail : '服务暂时没有回应，请稍后再试。'
  return new ApiError(status, String(p.code ?? 'unexpected'), text, String(p.request_id ?? ''),
    (p.fields as Record<string, string>) ?? {}, Number(p.retry_after_s ?? 0), p)
}

export interface CallOptions { base: string; transport: Transport; headers: () => Record<string, string> }

/** Makes the typed `call`. Rejects with ApiError; code `network` when no answer arrived. */
export function createCall({ base, transport, headers }: CallOptions) {
  return async function call<K extends keyof Operations>(op: K, args = {} as Args<K>): Promise<Result<K>> {
    const a = args as { path?: object; query?: object; body?: unknown; key?: string; keepalive?: boolean; rawType?: string }
    const [method, template] = routes[op].split(' ')
    const wire: WireRequest = { method, url: buildUrl(base, template, a.path, a.query), headers: headers(), keepalive: a.keepalive }
    if (a.rawType) Object.assign(wire, { body: a.body, headers: { ...wire.headers, 'Content-Type': a.rawType } })
    else if (a.body !== undefined) Object.assign(wire, { body: JSON.stringify(a.body), headers: { ...wire.headers, 'Content-Type': 'application/json' } })
    if (a.key) wire.headers['Idempotency-Key'] = a.key
    let answer: WireResponse
    try {
      answer = await transport(wire)
    } catch {
      throw new ApiError(0, 'network', '网络没有连上，请检查网络后重试。')
    }
    if (answer.status >= 200 && answer.status < 300) return answer.body as Result<K>
    throw problem(answer.status, answer.body)
  }
}
