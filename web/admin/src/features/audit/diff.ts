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
/** A list or an object that a row keeps as text, such as a rule's scope, is read as what it is. */
const unfold = (v: Value | undefined): Value => (typeof v === 'string' && /^[[{]/.test(v) ? parse(v) : (v ?? null))
const isObject = (v: Value): v is { [k: string]: Value } => typeof v === 'object' && v !== null && !Array.isArray(v)

function show(v: Value | undefined): string {
  if (v === undefined || v === null || v === '') return ''
  return typeof v === 'string' ? v : JSON.stringify(v)
}

function walk(before: Value | undefined, after: Value | undefined, path: string, out: Change[]) {
  const [was0, now0] = [unfold(before), unfold(after)]
  const filled = (v: Value) => isObject(v) && Object.keys(v).length > 0
  if (filled(was0) || filled(now0)) {
    const b = isObject(was0) ? was0 : {}
    const a = isObject(now0) ? now0 : {}
    for (const k of new Set([...Object.keys(b), ...Object.keys(a)])) walk(b[k], a[k], path ? `${path}.${k}` : k, out)
    return
  }
  const was = show(was0)
  const now = show(now0)
  if (was !== now) out.push({ field: path || '内容', before: was, after: now })
}

/** What changed, field by field, between two JSON texts; '' stands for nothing. Equal and empty fields are left out. */
export function diff(before: string, after: string): Change[] {
  const out: Change[] = []
  walk(parse(before), parse(after), '', out)
  return out
}
