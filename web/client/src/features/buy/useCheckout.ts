import { computed, ref } from 'vue'
import { ApiError, type Coupon, type QuoteAsk } from '@zhizhou/sdk'
import { call, say } from '@/app/api'
import { withKey } from '@/app/idempotency'
import { go } from '@/app/nav'
import { placeOf } from '@/app/selling'
import { useLoad } from '@/app/useLoad'
import { usePointPay } from './usePointPay'

const MOST = 999

/** One purchase: a quote that explains itself, the choices that change it, the confirmed terms, the order. */
export function useCheckout() {
  const sku = ref(0)
  const gift = ref(false)
  const quantity = ref(1)
  /** '' alone, 'new' opens a group, a number joins that one. */
  const group = ref('')
  /** Coupons that the buyer chose; null leaves the best one to the server, none keeps them all. */
  const chosen = ref<number[] | null>(null)
  const coupons = ref<Coupon[]>([])
  const choosing = ref(false)
  const agreed = ref(false)
  const busy = ref(false)
  /** The group that was to be joined became full or ended while this page was open. */
  const groupOver = ref(false)
  const problem = ref('')

  function ask(): QuoteAsk {
    const body: QuoteAsk = { items: [{ sku_id: sku.value, quantity: quantity.value }] }
    if (gift.value) body.gift = true
    if (points.on.value) body.points = true
    if (group.value === 'new') body.group = true
    else if (Number(group.value) > 0) Object.assign(body, { group: true, group_id: Number(group.value) })
    if (chosen.value?.length) body.coupon_ids = chosen.value
    else if (chosen.value) body.no_coupon = true
    return body
  }
  const { data: quote, error, slow, loading, run } = useLoad(() => call('quote', { body: ask() }))
  const points = usePointPay(quote, () => run())
  /** The price on screen is of an earlier choice: the present one was refused or is still being priced. */
  const stale = computed(() => loading.value || !!error.value)
  const refusal = computed(() => (error.value && quote.value ? say(error.value) : ''))

  const skipped = computed(() => new Map(quote.value?.not_applied.filter((n) => n.kind === 'coupon').map((n) => [n.rule_id, n.reason])))
  const labels = computed(() => new Set(quote.value?.lines.filter((l) => l.amount_fen < 0).map((l) => l.label)))
  const used = computed(() => coupons.value.filter((c) => !skipped.value.has(c.id) && labels.value.has(c.name)).map((c) => c.id))
  // What is left of a lower membership is the buyer's own money, nothing saved.
  const saved = computed(() => (quote.value?.lines ?? []).reduce((sum, l) => sum + (l.label === '会员升级抵扣' ? 0 : Math.min(0, l.amount_fen)), 0))
  const couponNote = computed(() => {
    if (chosen.value && !chosen.value.length) return '不使用'
    const names = coupons.value.filter((c) => used.value.includes(c.id)).map((c) => c.name)
    if (names.length) return `已用 ${names.join('、')}`
    return coupons.value.length ? '没有用上，看看原因' : '没有可用的'
  })

  /** The coupons that could be used; without them the best one is used all the same. */
  async function knowCoupons() {
    const r = await call('wallet', { query: { limit: 50 } }).catch(() => null)
    if (r) coupons.value = r.items.filter((c) => c.state === 'ready' || c.state === 'held')
  }
  async function start() {
    await run()
    if (quote.value && !coupons.value.length) await knowCoupons()
  }
  function best() {
    chosen.value = null
    return run()
  }
  function none() {
    chosen.value = []
    return run()
  }
  /** Takes or leaves one coupon. One that cannot stand beside others takes the place of those. */
  function pick(c: Coupon) {
    const now = chosen.value ?? used.value
    const beside = new Set(coupons.value.filter((x) => x.stackable).map((x) => x.id))
    chosen.value = now.includes(c.id) ? now.filter((id) => id !== c.id) : [...(c.stackable ? now : now.filter((id) => beside.has(id))), c.id]
    return run()
  }
  function many(n: number) {
    if (n < 1 || n > MOST || n === quantity.value) return
    quantity.value = n
    return run()
  }
  function give(on: boolean) {
    gift.value = on
    group.value = ''
    if (!on && quote.value?.kind !== 'service') quantity.value = 1
    return run()
  }
  function alone() {
    group.value = ''
    groupOver.value = false
    problem.value = ''
    return start()
  }
  function ownGroup() {
    group.value = 'new'
    groupOver.value = false
    problem.value = ''
    return start()
  }

  async function place() {
    const q = quote.value
    if (!q || busy.value || stale.value) return
    problem.value = agreed.value ? '' : '请先确认购买须知'
    if (problem.value) return
    busy.value = true
    try {
      const order = await withKey(`order:${q.token}`, (key) => call('placeOrder', { key, body: { quote_token: q.token, terms_confirmed: true } }))
      go({ name: 'pay', params: { no: order.no } }, true)
    } catch (e) {
      problem.value = say(e)
      const code = e instanceof ApiError ? e.code : ''
      if (code === 'already_owned' && q.course_id) go(placeOf({ kind: 'course', course_id: q.course_id, product_id: 0 }), true)
      groupOver.value = (code === 'group_refused' || code === 'group_gone') && Number(group.value) > 0
      if (code === 'quote_expired') {
        problem.value = '价格有变化，已经按现在的重新计算，请再看一眼。'
        await run()
        await knowCoupons()
      }
    } finally {
      busy.value = false
    }
  }
  return { points, sku, gift, quantity, group, chosen, coupons, choosing, agreed, busy, problem, quote, error, slow, stale, refusal, run, start, skipped, used, saved, couponNote, best, none, pick, many, give, alone, ownGroup, groupOver, place }
}
