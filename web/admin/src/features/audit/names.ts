import type { AuditRow, ExportKind } from '@/app/types'
import { exportNames } from '@/features/export/names'

type Json = Record<string, unknown>
const parse = (text: string): Json => {
  try {
    return (JSON.parse(text) as Json | null) ?? {}
  } catch {
    return {}
  }
}

/** What an export's row says of its file: the number alone tells nobody anything. */
function fileName(row: AuditRow): string {
  const v = parse(row.after)
  return row.target.startsWith('export:') && typeof v.kind === 'string' ? `${exportNames[v.kind as ExportKind] ?? v.kind} · ${String(v.format).toUpperCase()}` : ''
}

const abouts: Record<string, string> = { codes: 'code_batch', commission: 'commission_rule' }
/** A row's own word for its target, when that is gone: what was saved often has the name in it. A lesson's row names its course and has the lesson's title: that is no name of the course. */
export function ownName(row: AuditRow): string {
  if (fileName(row)) return fileName(row)
  const about = row.action.split('.')[0]
  if ((abouts[about] ?? about) !== row.target.split(':')[0]) return ''
  for (const v of [parse(row.after), parse(row.before)])
    for (const key of ['title', 'Title', 'label', 'Label', 'name', 'Name', 'stem', 'words']) if (typeof v[key] === 'string' && v[key]) return v[key] as string
  return ''
}

const kinds: Record<string, string> = {
  skuid: 'sku', skus: 'sku', products: 'product', courses: 'course', categories: 'category', decided_by: 'staff', first_by: 'staff', created_by: 'staff', saved_by: 'staff', undo_by: 'staff', item_id: 'order_item',
}
/** The numbers of a field as names, where they are of something that has one; null for any other field. */
export function namesIn(row: AuditRow, field: string, value: string): string | null {
  const kind = kinds[field] ?? (field.endsWith('_id') ? field.slice(0, -3) : '')
  if (!kind || !/^(\d+|\[\d+(,\d+)*\])$/.test(value)) return null
  const called = value.match(/\d+/g)!.map((id) => (id === '0' ? '—' : (row.names.find((n) => n.ref === `${kind}:${id}`)?.name ?? id)))
  return called.join('、')
}
