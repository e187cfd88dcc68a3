/** A field that differs between the two states of an audit row. */
export interface Change {
  field: string
  before: string
  after: string
}

type Value = null | boolean | number | string | Value[] | { [k: string]: Value }

function parse(text: string): Value {
  if (!text) return null
  try {
    return JSON.parse(text) as Value
  } catch {
    return text
  }
}
const isObject = (v: Value): v is { [k: string]: Value } => typeof v === 'object' && v !== null && !Array.isArray(v)

function show(v: Value | undefined): string {
  if (v === undefined || v === null || v === '') return ''
  return typeof v === 'string' ? v : JSON.stringify(v)
}

function walk(before: Value | undefined, after: Value | undefined, path: string, out: Change[]) {
  if (isObject(before ?? null) || isObject(after ?? null)) {
    const b = isObject(before ?? null) ? (before as { [k: string]: Value }) : {}
    const a = isObject(after ?? null) ? (after as { [k: string]: Value }) : {}
    for (const k of new Set([...Object.keys(b), ...Object.keys(a)])) walk(b[k], a[k], path ? `${path}.${k}` : k, out)
    return
  }
  const was = show(before)
  const now = show(after)
  if (was !== now) out.push({ field: path || '内容', before: was, after: now })
}

/** What changed, field by field, between two JSON texts; '' stands for nothing. Equal and empty fields are left out. */
export function diff(before: string, after: string): Change[] {
  const out: Change[] = []
  walk(parse(before), parse(after), '', out)
  return out
}
