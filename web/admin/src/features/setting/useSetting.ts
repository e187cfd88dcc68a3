import { computed, reactive, ref } from 'vue'
import type { Setting } from '@/app/types'
import { useLoad } from '@/app/useLoad'
import { useSave } from '@/app/useSave'

/** Mask that stands for a secret that is set; sent back unchanged it keeps the secret. */
export const hidden = '••••••••'

/** One section of the settings: loaded, edited in a draft, saved with its version. */
export function useSetting<T extends object>(load: () => Promise<Setting<T>>, store: (s: Setting<T>) => Promise<Setting<T>>) {
  const draft = reactive({ value: null as T | null })
  const version = ref(0)
  const stored = ref('')
  const take = (s: Setting<T>) => {
    version.value = s.version
    draft.value = structuredClone(s.value) as never
    stored.value = JSON.stringify(s.value)
  }
  const { error: failed, reload } = useLoad(async () => {
    take(await load())
  })
  const save = useSave()
  const changed = computed(() => draft.value !== null && JSON.stringify(draft.value) !== stored.value)
  const submit = () =>
    save.run(async () => {
      if (draft.value) take(await store({ version: version.value, value: JSON.parse(JSON.stringify(draft.value)) as T }))
    }, '设置已保存')
  /** The server names a field by where it stands in what was sent. */
  const field = (name: string) => save.field(name) || save.field(`value.${name}`)
  return { draft, changed, submit, failed, reload, ...save, field }
}
