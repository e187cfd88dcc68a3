import { computed, ref } from 'vue'
import { ApiError } from '@zhizhou/sdk'
import { call, say } from '@/app/api'
import { withKey } from '@/app/idempotency'
import { go } from '@/app/nav'
import { useLoad } from '@/app/useLoad'
import { usePaged } from '@/app/usePaged'

/** Asking for an invoice: which orders, to whom, of which type. `order` names one order to begin with. */
export function useAsk() {
  const order = ref('')
  const picked = ref<string[]>([])
  const titleId = ref(0)
  const type = ref<'normal' | 'special'>('normal')
  const busy = ref(false)
  const problem = ref('')
  const orders = usePaged((cursor) => call('invoiceable', { query: { cursor, order: order.value, limit: 20 } }))
  const needs = useLoad(async () => {
    const [terms, titles] = await Promise.all([call('invoiceTerms'), call('invoiceTitles')])
    if (!titles.items.some((t) => t.id === titleId.value)) titleId.value = titles.items[0]?.id ?? 0
    return { terms, titles: titles.items }
  })
  /** Without the orders of which nothing can be invoiced and no invoice be seen; the one that was asked for always says why. */
  const shown = computed(() => orders.items.value.filter((o) => order.value || o.open_fen > 0 || o.items.some((i) => i.invoice_no)))
  const title = computed(() => needs.data.value?.titles.find((t) => t.id === titleId.value))
  const maySpecial = computed(() => !!needs.data.value?.terms.special && title.value?.kind === 'enterprise')
  const total = computed(() => orders.items.value.reduce((sum, o) => sum + (picked.value.includes(o.no) ? o.open_fen : 0), 0))
  async function start() {
    await Promise.all([orders.restart(), needs.run()])
    const open = orders.items.value.filter((o) => o.open_fen > 0).map((o) => o.no)
    picked.value = order.value ? open : picked.value.filter((no) => open.includes(no))
  }
  function toggle(no: string) {
    picked.value = picked.value.includes(no) ? picked.value.filter((x) => x !== no) : [...picked.value, no]
  }
  async function submit() {
    problem.value = !picked.value.length ? '请选择要开票的订单' : picked.value.length > 20 ? '一张发票最多包含 20 笔订单' : !titleId.value ? '请先添加发票抬头' : ''
    if (problem.value || busy.value) return
    busy.value = true
    const body = { order_nos: [...picked.value].sort(), title_id: titleId.value, type: maySpecial.value ? type.value : ('normal' as const) }
    try {
      const v = await withKey(`invoice:${JSON.stringify(body)}`, (key) => call('requestInvoice', { body, key }))
      go({ name: 'invoice', params: { no: v.no } }, true)
    } catch (e) {
      problem.value = say(e)
      if (e instanceof ApiError && e.status === 409) await start()
    } finally {
      busy.value = false
    }
  }
  return { shown, order, picked, titleId, type, busy, problem, orders, needs, title, maySpecial, total, start, toggle, submit }
}
