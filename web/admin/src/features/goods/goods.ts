import { inject, provide, ref, type InjectionKey, type Ref, type ShallowRef } from 'vue'
import { call } from '@/app/api'
import type { Goods } from '@/app/types'
import { useLoad } from '@/app/useLoad'

/** The product that the editor shows, shared by its tabs. */
export interface GoodsDesk {
  goods: ShallowRef<Goods | null>
  /** What it is called: a lesson sold alone has the lesson's own title. */
  title: Ref<string>
  /** Which tabs have changes that are not saved. */
  dirty: Ref<Set<string>>
  reload: () => Promise<void>
  take: (g: Goods) => void
}
const key: InjectionKey<GoodsDesk> = Symbol('goods')

/** Loads a product and offers it to the tabs below. */
export function provideGoods(id: () => number) {
  const title = ref('')
  const load = useLoad(async () => {
    const g = await call('product', { path: { id: id() } })
    title.value = g.title || (g.lesson_id ? (await call('lesson', { path: { id: g.lesson_id } })).title : '')
    return g
  })
  const desk: GoodsDesk = {
    goods: load.data,
    title,
    dirty: ref(new Set()),
    reload: load.reload,
    take: (g) => {
      load.data.value = g
      if (g.title) title.value = g.title
    },
  }
  provide(key, desk)
  return { ...desk, error: load.error }
}

/** The product of the editor around this component. */
export function useGoods(): GoodsDesk {
  const desk = inject(key)
  if (!desk) throw new Error('no product editor around this component')
  return desk
}
