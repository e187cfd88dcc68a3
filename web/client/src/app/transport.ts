import type { Transport, WireResponse } from '@zhizhou/sdk'
// #ifdef H5
import { sentAlong } from './first'
// #endif

function parse(text: string): unknown {
  if (!text) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Browsers: cookies travel by themselves; keepalive lets the last beat outlive the page. */
export const fetchTransport: Transport = async (req) => {
  const sent = req.method === 'GET' && sentAlong(req.url)
  if (sent) return sent
  const res = await fetch(req.url, {
    method: req.method, headers: req.headers, body: req.body as BodyInit | undefined,
    credentials: 'same-origin', keepalive: req.keepalive,
  })
  return { status: res.status, body: parse(await res.text()) }
}

/** Mini program. `enableHttp2` and friends stay at their defaults; PATCH is not offered by wx.request, so it is tunnelled. */
export const uniTransport: Transport = (req) => new Promise<WireResponse>((resolve, reject) => {
  const patch = req.method === 'PATCH'
  uni.request({
    url: req.url,
    method: (patch ? 'POST' : req.method) as UniApp.RequestOptions['method'],
    header: patch ? { ...req.headers, 'X-HTTP-Method-Override': 'PATCH' } : req.headers,
    data: req.body as string | undefined,
    dataType: 'text',
    success: (r) => resolve({ status: r.statusCode, body: typeof r.data === 'string' ? parse(r.data) : r.data }),
    fail: reject,
  })
})
