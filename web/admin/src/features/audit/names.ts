import { reactive } from 'vue'
import { call } from '@/app/api'
import { may } from '@/app/auth'
import type { AuditRow } from '@/app/types'

/** What targets are called, by target (`course:12`), as far as anybody has said. */
export const names = reactive(new Map<string, string>())

type Json = Record<string, unknown>
const parse = (text: string): Json => {
  try {
    return (JSON.parse(text) as Json | null) ?? {}
  } catch {
    return {}
  }
}

const abouts: Record<string, string> = { codes: 'code_batch', commission: 'commission_rule' }
/** A row's own word for its target: what was saved often has the name in it. A lesson's row names its course and has the lesson's title: that is no name of the course. */
export function ownName(row: AuditRow): string {
  const about = row.action.split('.')[0]
  if ((abouts[about] ?? about) !== row.target.split(':')[0]) return ''
  for (const v of [parse(row.after), parse(row.before)])
    for (const key of ['title', 'Title', 'label', 'Label', 'name', 'Name']) if (typeof v[key] === 'string' && v[key]) return v[key] as string
  return ''
}

const lists: Record<string, { permission: string; load: () => Promise<[number, string][]> }> = {
  course: { permission: 'course.read', load: async () => (await call('courses', { query: { limit: 50 } })).items.map((c) => [c.id, c.title]) },
  product: {
    permission: 'course.read',
    load: async () => {
      const all = await Promise.all((['bundle', 'membership', 'service'] as const).map((kind) => call('goods', { query: { kind } })))
      return all.flatMap((l) => l.items).map((g) => [g.id, g.title])
    },
  },
  promotion: { permission: 'course.read', load: async () => (await call('promotions', { query: { limit: 50 } })).items.map((p) => [p.id, p.label]) },
  coupon: { permission: 'course.read', load: async () => (await call('coupons', { query: { limit: 50 } })).items.map((c) => [c.id, c.name]) },
  code_batch: { permission: 'product.edit', load: async () => (await call('codeBatches', { query: { limit: 50 } })).items.map((b) => [b.id, b.name]) },
  staff: { permission: 'staff.manage', load: async () => (await call('staff')).items.map((s) => [s.id, s.name]) },
}

/** Learns names for rows: from the rows, and one list for each kind that is still nameless. A name not found stays a number. */
export async function learn(rows: AuditRow[]) {
  for (const r of [...rows].reverse()) if (/:\d+$/.test(r.target) && ownName(r) && !r.target.startsWith('sku:')) names.set(r.target, ownName(r))
  const kinds = new Set(rows.filter((r) => !names.has(r.target)).map((r) => r.target.split(':')[0]))
  await Promise.all(
    [...kinds].map(async (kind) => {
      const list = lists[kind]
      if (!list || !may(list.permission)) return
      for (const [id, name] of await list.load().catch(() => [])) if (name) names.set(`${kind}:${id}`, name)
    }),
  )
}
