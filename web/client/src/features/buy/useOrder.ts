import { computed, ref } from 'vue'
import { call, say } from '@/app/api'
import { withKey } from '@/app/idempotency'
import { useLoad } from '@/app/useLoad'
import { timeline } from './timeline'

/** One order: what happened, closing it while unpaid, asking for a refund. */
export function useOrder() {
  const no = ref('')
  const asking = ref(false)
  /** The line whose money is asked back. */
  const itemId = ref(0)
  const reason = ref('')
  const busy = ref(false)
  const problem = ref('')
  const { data: order, error, slow, run } = useLoad(() => call('order', { path: { no: no.value } }))
  const events = computed(() => (order.value ? timeline(order.value) : []))

  async function act(work: () => Promise<typeof order.value>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    problem.value = ''
    try {
      order.value = await work()
      return true
    } catch (e) {
      problem.value = say(e)
      return false
    } finally {
      busy.value = false
    }
  }
  const close = () => act(() => call('closeOrder', { path: { no: no.value } }))
  async function refund() {
    const text = reason.value.trim()
    if (!text) {
      problem.value = '请写下退款原因'
      return
    }
    const done = await act(() => withKey(`refund:${no.value}:${itemId.value}`, (key) => call('requestRefund', { key, path: { no: no.value }, body: { reason: text, item_id: itemId.value } })))
    if (done) asking.value = false
  }
  function ask() {
    problem.value = ''
    itemId.value = order.value?.refundable.item_id || order.value?.items[0]?.id || 0
    asking.value = true
  }
  return { no, order, error, slow, run, events, asking, ask, itemId, reason, busy, problem, close, refund }
}
