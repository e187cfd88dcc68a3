import type { JsapiParams, PayAction, VirtualParams } from '@zhizhou/sdk'

/** How the person answered the payment sheet. The server alone decides whether money arrived. */
export type SheetResult = 'done' | 'cancelled'

/** Does what the server says for paying; `scan`: the page must show the QR code and wait. */
export async function openSheet(a: PayAction): Promise<SheetResult | 'scan'> {
  if (a.type === 'qrcode') return 'scan'
  // #ifdef H5
  if (a.type === 'redirect') window.location.href = a.url
  // #endif
  if (a.type === 'jsapi' && a.jsapi) return payJsapi(a.jsapi)
  if (a.type === 'virtual' && a.virtual) return payVirtual(a.virtual)
  return 'done'
}

/** Opens WeChat's payment sheet: WeixinJSBridge in the WeChat browser, wx.requestPayment in the mini program. */
export function payJsapi(p: JsapiParams): Promise<SheetResult> {
  // #ifdef H5
  return new Promise((resolve, reject) => {
    type Bridge = { invoke: (name: string, params: object, done: (r: { err_msg: string }) => void) => void }
    const run = () => {
      const bridge = (window as unknown as { WeixinJSBridge: Bridge }).WeixinJSBridge
      bridge.invoke('getBrandWCPayRequest', p, (r) => {
        if (r.err_msg === 'get_brand_wcpay_request:ok') resolve('done')
        else if (r.err_msg === 'get_brand_wcpay_request:cancel') resolve('cancelled')
        else reject(new Error('wechat_pay_failed'))
      })
    }
    if ('WeixinJSBridge' in window) run()
    else document.addEventListener('WeixinJSBridgeReady', run, { once: true })
  })
  // #endif
  // #ifndef H5
  return sheet((cb) => uni.requestPayment({ provider: 'wxpay', orderInfo: '', ...p, ...cb } as unknown as UniApp.RequestPaymentOptions))
  // #endif
}

/** Opens the mini program's virtual payment sheet. */
export function payVirtual(p: VirtualParams): Promise<SheetResult> {
  type Wx = { requestVirtualPayment?: (o: object) => void }
  return sheet((cb) => {
    const api = (globalThis as unknown as { wx?: Wx }).wx ?? (uni as unknown as Wx)
    if (!api.requestVirtualPayment) cb.fail({ errMsg: 'unsupported' })
    else api.requestVirtualPayment({ ...p, ...cb })
  })
}

type Callbacks = { success: () => void; fail: (e: { errMsg?: string; errCode?: number }) => void }
function sheet(open: (cb: Callbacks) => void): Promise<SheetResult> {
  return new Promise((resolve, reject) => open({
    success: () => resolve('done'),
    fail: (e) => (/cancel/.test(e.errMsg ?? '') || e.errCode === -2 ? resolve('cancelled') : reject(new Error(e.errMsg || 'pay_failed'))),
  }))
}
