import { ref } from 'vue'
import type { Order, PayAction } from '@zhizhou/sdk'
import { call, isGone, say } from '@/app/api'
import { withKey } from '@/app/idempotency'
import { miniCode } from '../account/useLogin'
import { openSheet } from './pay'
import { usePoll } from './usePoll'
import { channelFor, chosenWay } from './way'

/** Where a payment stands on screen. */
export type PayStep = 'loading' | 'gone' | 'lost' | 'ready' | 'starting' | 'scan' | 'waiting' | 'paid' | 'closed' | 'slow'

/** Pays one order and waits until the server, not the sheet, says that it is paid. */
export function usePay() {
  const no = ref('')
  const order = ref<Order | null>(null)
  const action = ref<PayAction | null>(null)
  const step = ref<PayStep>('loading')
  const problem = ref('')
  const poll = usePoll(async () => {
    take(await call('syncOrder', { path: { no: no.value } }))
    return step.value === 'paid' || step.value === 'closed'
  }, () => { if (step.value !== 'paid') step.value = 'slow' })

  function take(o: Order) {
    order.value = o
    if (o.status === 'closed') step.value = 'closed'
    else if (o.status !== 'pending') step.value = 'paid'
  }
  function wait(as: 'scan' | 'waiting' = 'waiting') {
    step.value = as
    poll.start()
  }
  /**
   * Looks where the order stands. Only who came by a tap is led on to pay: a page opened anew, or come back to from the
   * payment page, asks first, else Back would lead straight to a new payment and never further back.
   */
  async function open(returned: boolean, byTap: boolean) {
    poll.stop()
    problem.value = ''
    step.value = 'loading'
    try {
      take(await call(byTap && !returned ? 'order' : 'syncOrder', { path: { no: no.value } }))
    } catch (e) {
      problem.value = say(e)
      step.value = isGone(e) ? 'gone' : 'lost'
      return
    }
    if (step.value !== 'loading') return
    if (returned) wait()
    else if (byTap) await start()
    else step.value = 'ready'
  }
  async function start() {
    poll.stop()
    problem.value = ''
    step.value = 'starting'
    try {
      // #ifndef H5
      // Virtual payment signs with the session key, which a fresh wx.login code renews on the server.
      await call('refreshMp', { body: { code: await miniCode() } })
      // #endif
      const returnUrl = typeof location === 'undefined' ? '' : `${location.origin}/pay/${no.value}?returned=1`
      const channel = channelFor(order.value?.channels ?? [], chosenWay.way)
      const attempt = await withKey(`pay:${no.value}:${channel ?? ''}`, (key) => call('payOrder', { key, path: { no: no.value }, body: { return_url: returnUrl, channel } }))
      action.value = attempt.action
      await follow(attempt.action)
    } catch (e) {
      problem.value = e instanceof Error && e.name === 'ApiError' ? e.message : '支付没有打开，钱没有扣。请重试，或换一台设备支付。'
      step.value = 'ready'
    }
  }
  async function follow(a: PayAction) {
    const result = await openSheet(a)
    if (result !== 'cancelled') return wait(result === 'scan' ? 'scan' : 'waiting')
    problem.value = '你取消了支付，订单还在。'
    step.value = 'ready'
  }
  return { no, order, action, step, problem, open, start, wait, stop: poll.stop }
}
