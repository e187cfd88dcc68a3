import { ref } from 'vue'
import { ApiError } from '@zhizhou/sdk'
import { call, say } from '@/app/api'
import { withKey } from '@/app/idempotency'
import { go } from '@/app/nav'
import { useLoad } from '@/app/useLoad'

/** One purchase: a quote that explains itself, the confirmed terms, the order. */
export function useCheckout() {
  const sku = ref(0)
  const agreed = ref(false)
  const busy = ref(false)
  const problem = ref('')
  const { data: quote, error, slow, run } = useLoad(() => call('quote', { body: { sku_id: sku.value } }))

  async function place() {
    const q = quote.value
    if (!q || busy.value) return
    problem.value = agreed.value ? '' : '请先确认购买须知'
    if (problem.value) return
    busy.value = true
    try {
      const order = await withKey(`order:${q.token}`, (key) => call('placeOrder', { key, body: { quote_token: q.token, terms_confirmed: true } }))
      go({ name: 'pay', params: { no: order.no } }, true)
    } catch (e) {
      problem.value = say(e)
      const code = e instanceof ApiError ? e.code : ''
      if (code === 'already_owned') go({ name: 'course', params: { id: q.course_id } }, true)
      if (code === 'quote_expired') {
        problem.value = '报价过了有效期，已经按现在的价格重新计算，请再看一眼。'
        await run()
      }
    } finally {
      busy.value = false
    }
  }
  return { sku, agreed, busy, problem, quote, error, slow, run, place }
}
