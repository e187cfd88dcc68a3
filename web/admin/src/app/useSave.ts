import { computed, ref, shallowRef } from 'vue'
import { type ApiError, asApiError } from './api'
import { done } from './notify'

/** Runs one saving action at a time and keeps why it was refused, for the fields and the form. */
export function useSave() {
  const busy = ref(false)
  const error = shallowRef<ApiError | null>(null)
  /** Why a field was refused, '' if it was not. */
  const field = (name: string) => error.value?.fields[name] ?? ''
  /** True when the work succeeded; `say` is then announced. */
  async function run(work: () => Promise<unknown>, say = ''): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    error.value = null
    try {
      await work()
      if (say) done(say)
      return true
    } catch (e) {
      error.value = asApiError(e)
      return false
    } finally {
      busy.value = false
    }
  }
  return {
    busy,
    error,
    field,
    run,
    message: computed(() => error.value?.message ?? ''),
    clear: () => {
      error.value = null
    },
  }
}
