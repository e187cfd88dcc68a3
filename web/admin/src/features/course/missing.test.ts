import { describe, expect, it } from 'vitest'
import type { Asset, Course, Lesson, Sku } from '@/app/types'
import { missing } from './missing'

const asset = (status: Asset['status']) => ({ id: 1, status }) as Asset
const lesson = (over: Partial<Lesson>): Lesson => ({ id: 1, course_id: 1, chapter_id: 1, title: '一', form: 'video', is_free: true, preview_ms: 0, duration_ms: 0, asset_id: 1, released_at: 1, release_at: 0, opens_at: 0, opens_after_days: 0, after_lesson_id: 0, asset: asset('ready'), document_id: 0, document: null, ebook_id: 0, ebook: null, preview_pages: 0, page_count: 0, version: 1, in_order: false, ...over })
const sku = (over: Partial<Sku> = {}): Sku => ({ id: 1, name: '标准', price_fen: 9900, period_days: 0, tax_category: 'digital_service', active: true, platform_prices: {}, ...over })
const course = (lessons: Lesson[], over: Partial<Course> = {}) =>
  ({ promise: '学会', cover: 'k', intro_html: '<p>1</p>', instructor_id: 1, skus: [sku()], chapters: [{ id: 1, title: '一', lessons }], ...over }) as Course
const musts = (c: Course) => missing(c).filter((m) => m.must).map((m) => m.text)

describe('missing', () => {
  it('finds nothing on a complete course', () => { expect(missing(course([lesson({})]))).toEqual([]) })
  it('names each lesson whose video is absent, working or failed', () => {
    const c = course([lesson({ id: 1, title: '甲', asset: null, asset_id: 0 }), lesson({ id: 2, title: '乙', asset: asset('transcoding') }), lesson({ id: 3, title: '丙', asset: asset('failed') }), lesson({ id: 4, form: 'article', asset: null })])
    expect(musts(c)).toEqual(['「甲」还没有视频', '「乙」的视频还在处理', '「丙」的视频处理失败'])
    expect(missing(c)[1].lessonId).toBe(2)
  })
  it('needs a lesson, an active offer and an instructor', () => {
    expect(musts(course([], { skus: [sku({ active: false })], instructor_id: 0 }))).toHaveLength(3)
  })
  it('advises a preview only where something is sold', () => {
    const hidden = [lesson({ is_free: false })]
    expect(missing(course(hidden)).map((m) => m.must)).toEqual([false])
    expect(missing(course(hidden, { skus: [sku({ price_fen: 0 })] }))).toEqual([])
  })
})
