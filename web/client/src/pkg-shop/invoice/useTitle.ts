import { reactive, ref } from 'vue'
import { ApiError, type InvoiceTitleInput } from '@zhizhou/sdk'
import { call, say } from '@/app/api'
import { back } from '@/app/nav'
import { useLoad } from '@/app/useLoad'
import { titleProblems } from './words'

const empty = (): Required<InvoiceTitleInput> => ({ kind: 'enterprise', name: '', tax_no: '', address: '', phone: '', bank: '', account: '', email: '', mobile: '', is_default: false })

/** One invoice title: loaded (id 0 is a new one), edited, saved, forgotten. Leads back where it came from. */
export function useTitle() {
  const id = ref(0)
  const form = reactive(empty())
  const errors = ref<Record<string, string>>({})
  const busy = ref(false)
  const fetched = useLoad(async () => {
    if (id.value === 0) return true
    const { items } = await call('invoiceTitles')
    const found = items.find((t) => t.id === id.value)
    if (!found) throw new ApiError(404, 'title_gone', '没有这个发票抬头')
    const { id: _, ...rest } = found
    Object.assign(form, empty(), rest)
    return true
  })
  async function run(work: () => Promise<unknown>) {
    if (busy.value) return
    busy.value = true
    try {
      await work()
      back({ name: 'invoiceTitles' })
    } catch (e) {
      const fields = e instanceof ApiError ? e.fields : {}
      errors.value = Object.keys(fields).length ? fields : { form: say(e) }
    } finally {
      busy.value = false
    }
  }
  function save() {
    errors.value = titleProblems(form)
    if (!Object.keys(errors.value).length) void run(() => call('saveInvoiceTitle', { path: { id: id.value }, body: { ...form } }))
  }
  const drop = () => run(() => call('dropInvoiceTitle', { path: { id: id.value } }))
  return { id, form, errors, busy, save, drop, fetched }
}
