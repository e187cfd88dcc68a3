import { computed, onScopeDispose, reactive, watch } from 'vue'
import { call } from '@/app/api'
import type { Material } from '@/app/types'
import { keyOf } from './material'

const LOOK_MS = 2000

/** The list as it is now: what is worked on is asked for every two seconds, until it is ready or failed. */
export function followMaterial(list: () => Material[]) {
  const fresh = reactive(new Map<string, Pick<Material, 'state' | 'percent' | 'error'>>())
  const shown = computed(() => list().map((m) => ({ ...m, ...fresh.get(keyOf(m)) })))
  let timer: ReturnType<typeof setTimeout> | undefined
  const open = () => shown.value.filter((m) => m.state === 'working' && (m.kind === 'asset' || m.kind === 'document'))
  async function look() {
    timer = undefined
    await Promise.all(
      open().map(async (m) => {
        // One missed answer is made up for two seconds later.
        const now = await call(m.kind === 'asset' ? 'asset' : 'document', { path: { id: m.id } }).catch(() => null)
        if (now) fresh.set(keyOf(m), { percent: now.percent, error: now.error, state: now.status === 'ready' || now.status === 'failed' ? now.status : 'working' })
      }),
    )
    plan()
  }
  const plan = () => {
    if (timer === undefined && open().length) timer = setTimeout(() => void look(), LOOK_MS)
  }
  // A list that was fetched anew knows better than what was asked before.
  watch(list, () => { fresh.clear(); plan() }, { immediate: true })
  onScopeDispose(() => clearTimeout(timer))
  return shown
}
