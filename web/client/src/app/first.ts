import type { WireResponse } from '@zhizhou/sdk'

// A visitor who is not signed in is sent the top of a page and the answers it is made of with the page itself. Browsers only.

const GOOD_FOR_MS = 30_000
const came = Date.now()
let answers: Record<string, unknown> | null = null

const canonical = (url: string) => {
  const u = new URL(url, 'http://x')
  return `${u.pathname}?${[...u.searchParams].filter(([, v]) => v).sort().join('&')}`
}

function read(): Record<string, unknown> {
  try {
    const sent = JSON.parse(document.getElementById('zz-answers')?.textContent ?? '{}') as Record<string, unknown>
    return Object.fromEntries(Object.entries(sent).map(([url, body]) => [canonical(url), body]))
  } catch {
    return {}
  }
}

/** The answer that came with the page, once, and while it is new. */
export function sentAlong(url: string): WireResponse | undefined {
  answers ??= read()
  const key = canonical(url)
  const body = answers[key]
  if (body === undefined || Date.now() - came > GOOD_FOR_MS) return undefined
  delete answers[key]
  return { status: 200, body }
}

/** Whether the server, when it sent the page, saw that nobody is signed in. */
export const sentToStranger = () => !!document.getElementById('zz-answers')

/** Takes the server's first view away in the same frame in which the client shows its own. */
export const takeOver = () => document.getElementById('first')?.remove()
