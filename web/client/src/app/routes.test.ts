import { describe, expect, it } from 'vitest'
import { href, pages, parsePlace, toPretty, toUni, uniUrl } from './routes'

describe('addresses', () => {
  it.each([
    ['/course/7', '/features/course/CoursePage?id=7'],
    ['/course/7?preview=tok', '/features/course/CoursePage?id=7&preview=tok'],
    ['/learn/12', '/features/player/LessonPage?id=12'],
    ['/pay/ZZ1?returned=1', '/features/buy/PayPage?no=ZZ1&returned=1'],
    ['/me/devices', '/features/account/DevicesPage'],
    ['/courses?category=data', '/features/catalog/CoursesPage?category=data'],
    ['/', '/features/home/HomePage'],
  ])('%s and %s are one place', (seen, inner) => {
    expect(toUni(seen)).toBe(inner)
    expect(toPretty(inner)).toBe(seen)
  })
  it('leaves strangers alone', () => {
    expect(toUni('/sandbox/')).toBe('/sandbox/')
    expect(toPretty('/api/shop')).toBe('/api/shop')
  })
  it('keeps Chinese readable whichever way it was encoded', () => {
    const inner = uniUrl({ name: 'search', params: { q: '合同 100' } })
    expect(href({ name: 'search', params: { q: '合同 100' } })).toBe(toPretty(inner))
    expect(parsePlace('/search?q=%25E5%2590%2588')?.params?.q).toBe('合')
    expect(parsePlace('/search?q=100%')?.params?.q).toBe('100%')
  })
  it('never leads off the site', () => {
    for (const url of ['https://evil.example/course/7', '//evil.example', 'javascript:alert(1)', '/api/auth/logout', '']) expect(parsePlace(url)).toBeNull()
    expect(parsePlace('/features/course/CoursePage?id=7')).toEqual({ name: 'course', params: { id: '7' } })
  })
  it('every page has its own address', () => {
    expect(new Set(Object.values(pages).map((p) => p.path)).size).toBe(Object.keys(pages).length)
  })
})
