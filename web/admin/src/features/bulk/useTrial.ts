import { ref, watch, type Ref } from 'vue'
import { asApiError } from '@/app/api'
import { useSave } from '@/app/useSave'
import type { BulkRow } from '@/app/types'

const TRY_AFTER_MS = 250 // so that a word is tried, not each of its letters

/** A change of many: tried first, so that what it would do is seen, then done. `what` is the change, null while it is not complete. */
export function useTrial<T extends object>(what: Ref<T | null>, send: (change: T & { dry: boolean }) => Promise<{ items: BulkRow[] }>, done: (changed: number) => void) {
  const rows = ref<BulkRow[]>([])
  const wrong = ref('')
  const { busy, message, run } = useSave()
  let turn = 0
  async function look() {
    const mine = ++turn
    rows.value = []
    wrong.value = ''
    if (!what.value) return
    await new Promise((go) => setTimeout(go, TRY_AFTER_MS))
    if (mine !== turn || !what.value) return
    try {
      const { items } = await send({ ...what.value, dry: true })
      if (mine === turn) rows.value = items
    } catch (e) {
      if (mine === turn) wrong.value = asApiError(e).message
    }
  }
  watch(what, look, { immediate: true, deep: true })
  async function go() {
    const change = what.value
    if (!change) return
    let changed = 0
    const ok = await run(async () => { changed = (await send({ ...change, dry: false })).items.filter((r) => r.ok).length }, '已批量修改')
    if (ok) done(changed)
  }
  return { rows, wrong, busy, message, go }
}
