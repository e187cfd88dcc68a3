import { onScopeDispose, reactive, watch, type WatchSource } from 'vue'
import { call } from '@/app/api'
import type { Asset } from '@/app/types'

/** What is known of each asset, kept fresh while someone follows it. */
export const assets = reactive(new Map<number, Asset>())
const followers = new Map<number, number>()
let timer: ReturnType<typeof setTimeout> | undefined

/** Nothing more will happen to it by itself. */
export const settled = (a: Asset) => a.status === 'ready' || a.status === 'failed'

async function look() {
  timer = undefined
  const open = [...followers.keys()].filter((id) => !assets.get(id) || !settled(assets.get(id)!))
  await Promise.all(
    open.map(async (id) => {
      // One missed answer is made up for two seconds later.
      const a = await call('asset', { path: { id } }).catch(() => null)
      if (a) assets.set(id, a)
    }),
  )
  schedule()
}
function schedule() {
  const open = [...followers.keys()].some((id) => !assets.get(id) || !settled(assets.get(id)!))
  if (open && timer === undefined) timer = setTimeout(() => void look(), 2000)
}

/** Asks every two seconds how far the given assets are, until each is ready or failed or the component goes. */
export function followAssets(source: WatchSource<Asset[]>) {
  let mine: number[] = []
  const leave = () => {
    for (const id of mine) {
      const n = (followers.get(id) ?? 1) - 1
      if (n > 0) followers.set(id, n)
      else followers.delete(id)
    }
  }
  watch(
    source,
    (list) => {
      leave()
      mine = list.map((a) => a.id)
      for (const a of list) {
        assets.set(a.id, a)
        followers.set(a.id, (followers.get(a.id) ?? 0) + 1)
      }
      schedule()
    },
    { immediate: true },
  )
  onScopeDispose(leave)
}
