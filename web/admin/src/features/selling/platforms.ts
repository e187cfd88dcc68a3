import type { TaxCategory } from '@/app/types'

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
export const taxCategories: { key: TaxCategory; label: string; note: string }[] = [
  { key: 'digital_service', label: '线上课程', note: '小程序里按微信规则走虚拟支付' },
  { key: 'service', label: '人工服务', note: '由人提供的咨询、辅导、线下活动等，按现代服务或生活服务开票，税率 6%。小程序里走微信支付，不发布成虚拟道具；微信没有写明服务的边界，上线前请向微信客服确认，要求虚拟支付的改选「线上课程」' },
  { key: 'book', label: '图书', note: '实物图书，走微信支付' },
  { key: 'goods', label: '实物', note: '需要发货的商品，走微信支付' },
]
/** Chinese name of a kind of goods. */
export const taxLabel = (key: string) => taxCategories.find((t) => t.key === key)?.label ?? key

/** The kind that a new offer begins with: what people do is no online course. */
export const usualTax = (productKind: string): TaxCategory => (productKind === 'service' ? 'service' : 'digital_service')
