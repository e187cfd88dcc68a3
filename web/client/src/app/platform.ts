/** Headers by which the server derives the platform (and so the payment channel). */
export function clientHeaders(): Record<string, string> {
  // #ifdef H5
  return { 'X-Client': 'h5' }
  // #endif
  // #ifndef H5
  return { 'X-Client': 'mp-weixin', 'X-Os': os() }
  // #endif
}

function os(): string {
  const platform = uni.getDeviceInfo ? uni.getDeviceInfo().platform : uni.getSystemInfoSync().platform
  return platform === 'ios' || platform === 'android' ? platform : 'other'
}

/** True inside the WeChat browser, where payment runs through WeixinJSBridge. */
export function inWechat(): boolean {
  return typeof navigator !== 'undefined' && /MicroMessenger/i.test(navigator.userAgent)
}
