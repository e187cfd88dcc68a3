/** What can serve a platform; '' sells nothing there. Where there are two, the buyer chooses, the first is offered first. */
export const channelsOf: Record<string, string[]> = {
  mp_ios: ['wechat_virtual', 'wechat_mini'],
  mp_android: ['wechat_virtual', 'wechat_mini'],
  wechat_h5: ['wechat_jsapi'],
  h5: ['wechat_h5', 'wechat_h5,alipay_wap', 'alipay_wap'],
  pc: ['wechat_native', 'wechat_native,alipay_page', 'alipay_page'],
}

/** Why a choice is against WeChat's rules, '' when it is not: digital goods in the mini program go through virtual payment alone. */
export function against(platform: string, goods: string, channel: string): string {
  const mini = platform.startsWith('mp_')
  if (mini && goods === 'digital_service' && channel === 'wechat_mini') return '小程序内线上课程须走虚拟支付，否则可能被封禁支付'
  if (mini && goods !== 'digital_service' && channel === 'wechat_virtual') return '只有线上课程能走虚拟支付'
  return ''
}

/** What may be chosen for a kind of goods on a platform: virtual payment takes online courses alone. */
export const choices = (platform: string, goods: string, now: string) => channelsOf[platform].filter((c) => c === now || goods === 'digital_service' || c !== 'wechat_virtual')

/** The channels a policy uses, each once, in the order of the platforms. */
export function used(policy: Record<string, string>): string[] {
  const all = ['wechat_virtual', 'wechat_mini', 'wechat_jsapi', 'wechat_h5', 'wechat_native', 'alipay_wap', 'alipay_page']
  const seen = new Set(Object.values(policy).flatMap((c) => c.split(',')))
  return all.filter((c) => seen.has(c))
}
