import { ref, watch, type WatchSource } from 'vue'

type Out<T> = { input: T } | { wrong: Record<string, string> }

/** What a form says before it is sent: nothing until the first try, then what is still wrong, as it is being mended. */
export function useForm<T>(source: WatchSource<unknown>, read: () => Out<T>) {
  const wrong = ref<Record<string, string>>({})
  let tried = false
  function look(): T | null {
    const out = read()
    wrong.value = 'wrong' in out ? out.wrong : {}
    return 'input' in out ? out.input : null
  }
  watch(
    source,
    () => {
      if (tried) look()
    },
    { deep: true },
  )
  /** What to send, null while something is wrong. */
  function checked(): T | null {
    tried = true
    return look()
  }
  return { wrong, checked }
}
