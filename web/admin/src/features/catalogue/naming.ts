import { call } from '@/app/api'
import { known, openProduct, skuName, type Found } from './catalogue'

const missing = (skus: number[], products: number[]) => skus.some((id) => !skuName(id)) || products.some((id) => !known.has(id))

/**
 * Learns the names of offers and products that a rule names by id alone. Products
 * are asked directly; offers are looked for product by product, newest first, and
 * the search ends as soon as the last one is found.
 */
export async function learnNames(skus: number[], products: number[]) {
  const direct = await Promise.allSettled(products.filter((id) => !known.has(id)).map(one))
  const refused = direct.find((r) => r.status === 'rejected')
  if (!missing(skus, [])) {
    if (refused && missing([], products)) throw (refused as PromiseRejectedResult).reason
    return
  }
  for (const kind of ['bundle', 'membership', 'service', 'lesson'] as const) {
    const { items } = await call('goods', { query: { kind } })
    const rows = items.map<Found>((g) => ({ kind, title: g.title, status: g.status, courseId: g.course_id, productId: g.id }))
    if (await open(rows, skus)) return
  }
  for (let cursor = ''; ; ) {
    const page = await call('courses', { query: { cursor, limit: 50 } })
    const rows = page.items.map<Found>((c) => ({ kind: c.form, title: c.title, status: c.status, courseId: c.id, productId: 0 }))
    if ((await open(rows, skus)) || !page.next_cursor) return
    cursor = page.next_cursor
  }
}

/** Opens products by four until all offers have a name; true when they have. */
async function open(rows: Found[], skus: number[]): Promise<boolean> {
  const todo = rows.filter((r) => !r.productId || !known.has(r.productId))
  for (let i = 0; i < todo.length && missing(skus, []); i += 4) await Promise.all(todo.slice(i, i + 4).map(openProduct))
  return !missing(skus, [])
}

async function one(id: number) {
  const g = await call('product', { path: { id } })
  const course = ['course', 'column'].includes(g.kind as string)
  await openProduct({ kind: course ? 'course' : g.kind, title: g.title, status: g.status, courseId: g.course_id, productId: g.id })
}
