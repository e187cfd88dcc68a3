import { computed, ref } from 'vue'
import { ApiError } from '@zhizhou/sdk'
import { call, say } from '@/app/api'
import { auth } from '@/app/auth'
import { go, goLogin } from '@/app/nav'
import { knowUser } from '@/app/session'
import { useLoad } from '@/app/useLoad'

/** Agreeing to automatic renewal of one membership: what may renew, the terms, and WeChat's page. */
export function useRenew() {
  const id = ref(0)
  const skuId = ref(0)
  const agreed = ref(false)
  const busy = ref(false)
  const problem = ref('')
  const { data, error, slow, run } = useLoad(async () => {
    await knowUser()
    // Whoever comes back from WeChat signed a moment ago; its word may be on the way.
    const open = auth.user ? (await call('renewals')).items.find((r) => r.product_id === id.value && r.state === 'signing') : undefined
    if (open && (await call('syncRenewal', { path: { id: open.id } })).state === 'active') go({ name: 'renewals' }, true)
    const d = await call('renewalOffers', { path: { id: id.value } })
    if (!d.offers.some((o) => o.sku_id === skuId.value)) skuId.value = d.offers[0]?.sku_id ?? 0
    return d
  })
  const offer = computed(() => data.value?.offers.find((o) => o.sku_id === skuId.value))
  function pick(sku: number) {
    skuId.value = sku
    agreed.value = false // other terms, another yes
  }
  async function submit() {
    if (!auth.user) return goLogin()
    problem.value = agreed.value ? '' : '请先阅读并勾选上面的说明'
    if (problem.value || busy.value || !data.value) return
    busy.value = true
    try {
      const begun = await call('beginRenewal', { body: { sku_id: skuId.value, terms_version: data.value.terms_version, terms_confirmed: true } })
      // #ifdef H5
      window.location.href = begun.url
      // #endif
    } catch (e) {
      problem.value = say(e)
      if (e instanceof ApiError && e.status === 409) await run()
    } finally {
      busy.value = false
    }
  }
  return { id, skuId, agreed, busy, problem, data, error, slow, run, offer, pick, submit }
}
