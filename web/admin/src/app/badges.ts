import { reactive } from 'vue'
import { may } from './auth'
import { call } from './api'

/** Counts beside menu entries: what waits for a person. */
export const badges = reactive({ refunds: 0, held: 0, assets: 0, bills: 0, invoices: 0, services: 0 })

/** Refreshes the counts; a failure leaves the last ones. */
export async function loadBadges() {
  if (may('invoice.read')) {
    const n = await call('invoiceCounts').catch(() => null)
    if (n) badges.invoices = n.requested + n.issuing + n.red_requested
  }
  if (!may('overview.read')) return
  const { todo } = await call('overview').catch(() => ({ todo: null }))
  if (!todo) return
  badges.refunds = todo.refunds_requested + todo.refunds_abnormal
  badges.held = todo.payments_held
  badges.assets = todo.assets_failed
  badges.services = todo.services_waiting
  badges.bills = todo.bill_differences
}
