import { expect, it, vi } from 'vitest'
import { ref } from 'vue'

const asked: number[] = []
vi.mock('@/app/api', () => ({
  call: async (_: string, a: { path: { chapter: number } }) => { asked.push(a.path.chapter); return { chapter: a.path.chapter, title: '', html: '', screens: 1 } },
  say: () => '没有网络',
}))
const scrolled: number[] = []
vi.stubGlobal('uni', { pageScrollTo: (o: { scrollTop: number }) => scrolled.push(o.scrollTop) })
const { chapterOf, useBook } = await import('./useBook')

it('links lead to chapters or elsewhere', () => {
  expect(['#c12', 'https://example.com/#c1', '#x', null].map(chapterOf)).toEqual([12, 0, 0, 0])
})
it('a chapter is fetched once and left before the next', async () => {
  const turned = vi.fn(async () => undefined)
  const b = useBook(() => 9, async () => ({ top: 40, height: 2000 }), ref(0), turned)
  expect(await b.open(1)).toBe(true)
  expect(turned).not.toHaveBeenCalled()
  await b.open(1, 500)
  await b.open(2, 250)
  expect(asked).toEqual([1, 2])
  expect(turned).toHaveBeenCalledTimes(2)
  expect(scrolled).toEqual([0, 1040, 540])
})
