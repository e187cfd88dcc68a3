/** The places where a learner can buy, with a Chinese name. */
export const platforms: { key: string; label: string }[] = [
  { key: 'mp_ios', label: '小程序 iOS' },
  { key: 'mp_android', label: '小程序 安卓' },
  { key: 'wechat_h5', label: '微信内网页' },
  { key: 'h5', label: '手机浏览器' },
  { key: 'pc', label: '电脑网页' },
]
/** Chinese name of a platform. */
export const platformLabel = (key: string) => platforms.find((p) => p.key === key)?.label ?? key

/** What kind of goods an offer is for tax and channel rules. */
export const taxCategories: { key: 'digital_service' | 'book' | 'goods'; label: string; note: string }[] = [
  { key: 'digital_service', label: '线上课程', note: '小程序里按微信规则走虚拟支付' },
  { key: 'book', label: '图书', note: '实物图书，走微信支付' },
  { key: 'goods', label: '实物', note: '需要发货的商品，走微信支付' },
]
/** Chinese name of a kind of goods. */
export const taxLabel = (key: string) => taxCategories.find((t) => t.key === key)?.label ?? key
