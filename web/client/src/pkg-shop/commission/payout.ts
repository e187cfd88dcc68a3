import type { Withdrawal } from '@zhizhou/sdk'

/** The colour of each state's label. */
export const tone: Partial<Record<Withdrawal['status'], string>> = { wait_confirm: 'accent', succeeded: 'brand' }

/** Yuan as typed, in fen; null when it is no amount. */
export function fen(text: string): number | null {
  const m = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(text.trim())
  return m ? Number(m[1]) * 100 + Number((m[2] ?? '').padEnd(2, '0')) : null
}

/** Where the money goes: the identity that can confirm it here, else the other one. */
export function identity(have: readonly Withdrawal['identity'][]): Withdrawal['identity'] | undefined {
  let best: Withdrawal['identity'] = 'wechat_official'
  // #ifdef MP-WEIXIN
  best = 'wechat_mini'
  // #endif
  return have.includes(best) ? best : have[0]
}

type Callbacks = { success: () => void; fail: (e: { errMsg?: string }) => void }
type Wx = { requestMerchantTransfer?: (o: { mchId: string; appId: string; package: string } & Callbacks) => void }
type Bridge = { invoke: (name: string, params: object, done: (r: { err_msg: string }) => void) => void }

/** Opens WeChat's own sheet to accept a transfer; `elsewhere` where there is none. The server alone knows what became of it. */
export function accept(w: Withdrawal): Promise<'done' | 'cancelled' | 'elsewhere'> {
  const what = { mchId: w.mch_id, appId: w.app_id, package: w.package_info }
  // #ifdef MP-WEIXIN
  return new Promise((resolve) => {
    const api = (globalThis as unknown as { wx?: Wx }).wx ?? (uni as unknown as Wx)
    if (w.identity !== 'wechat_mini' || !api.requestMerchantTransfer) resolve('elsewhere')
    else api.requestMerchantTransfer({ ...what, success: () => resolve('done'), fail: () => resolve('cancelled') })
  })
  // #endif
  // #ifdef H5
  return new Promise((resolve) => {
    const bridge = (window as unknown as { WeixinJSBridge?: Bridge }).WeixinJSBridge
    if (w.identity !== 'wechat_official' || !bridge) resolve('elsewhere')
    else bridge.invoke('requestMerchantTransfer', what, (r) => resolve(/:ok$/.test(r.err_msg) ? 'done' : 'cancelled'))
  })
  // #endif
}
