import { computed, ref, type Ref } from 'vue'
import type { Quote } from '@zhizhou/sdk'

/** Paying a part with points: whether the buyer wants it, and what the quote says about it. */
export function usePointPay(quote: Ref<Quote | null>, again: () => unknown) {
  const on = ref(false)
  const left = computed(() => quote.value?.not_applied.find((n) => n.kind === 'points')?.reason ?? '')
  const used = computed(() => quote.value?.points ?? 0)
  /** The switch can do something: it is on, or the server says what it would take off. */
  const can = computed(() => used.value > 0 || left.value.startsWith('可用'))
  const note = computed(() => {
    const line = quote.value?.lines.find((l) => l.label === '积分抵扣')
    return used.value && line ? `${line.reason}抵 ¥${(-line.amount_fen / 100).toFixed(2)}` : left.value
  })
  function set(v: boolean) {
    on.value = v
    return again()
  }
  return { on, can, note, set }
}
