import { reactive } from 'vue'
import { call } from '@/app/api'
import type { CourseForm, GoodsKind, GoodsRow, Sku, VirtualItem } from '@/app/types'

/** Something that is sold, as a list shows it; the product of a course is known only once it was opened. */
export interface Found {
  kind: ProductKind
  title: string
  status: string
  courseId: number
  productId: number
}
export type ProductKind = CourseForm | GoodsKind
/** Something that is sold, with its offers. */
export interface Product {
  kind: ProductKind
  title: string
  productId: number
  skus: Sku[]
  items: VirtualItem[]
}

/** The kinds of product in Chinese, in the order of the filter. */
export const kindLabels: Record<ProductKind, string> = { course: '课程', column: '专栏', bundle: '课程包', membership: '会员', service: '服务', lesson: '单课' }
const goodsKinds: GoodsKind[] = ['bundle', 'membership', 'service', 'lesson']

/** Products opened so far by id: the API lists products without their offers, and names no offer by its id alone. */
export const known = reactive(new Map<number, Product>())

/** What an offer is called, as far as it is known. */
export function skuName(skuId: number): { product: Product; sku: Sku } | null {
  for (const product of known.values()) {
    const sku = product.skus.find((s) => s.id === skuId)
    if (sku) return { product, sku }
  }
  return null
}

async function goodsRows(): Promise<Found[]> {
  const lists = await Promise.all(goodsKinds.map((kind) => call('goods', { query: { kind } })))
  // A lesson sold alone has the lesson's own title.
  const titled = async (g: GoodsRow) => g.title || (g.lesson_id ? (await call('lesson', { path: { id: g.lesson_id } }).catch(() => null))?.title : '') || kindLabels[g.kind]
  return Promise.all(
    lists.flatMap((l) => l.items).map(async (g) => ({ kind: g.kind, title: await titled(g), status: g.status, courseId: g.course_id, productId: g.id })),
  )
}
async function courseRows(q: string, cursor = ''): Promise<{ rows: Found[]; next: string }> {
  const page = await call('courses', { query: { q, cursor, limit: 50 } })
  return { rows: page.items.map((c) => ({ kind: c.form, title: c.title, status: c.status, courseId: c.id, productId: 0 })), next: page.next_cursor }
}

/** Products whose title has the words, courses first. */
export async function findProducts(q: string): Promise<Found[]> {
  const [courses, goods] = await Promise.all([courseRows(q), goodsRows()])
  return [...courses.rows, ...goods.filter((g) => g.title.includes(q))]
}

/** Loads a product with its offers, anew each time. */
export async function openProduct(f: Found): Promise<Product> {
  let p: Product
  if (f.kind === 'course' || f.kind === 'column') {
    const c = await call('course', { path: { id: f.courseId } })
    p = { kind: c.form, title: c.title, productId: c.product_id, skus: c.skus, items: c.virtual_items }
  } else {
    const g = await call('product', { path: { id: f.productId } })
    const lesson = g.lesson_id ? await call('lesson', { path: { id: g.lesson_id } }).catch(() => null) : null
    p = { kind: g.kind, title: g.title || lesson?.title || f.title, productId: g.id, skus: g.skus, items: g.virtual_items }
  }
  known.set(p.productId, p)
  return p
}
