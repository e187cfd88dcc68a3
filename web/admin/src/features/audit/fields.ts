import { time, yuan } from '@/app/format'

const names: Record<string, string> = {
  title: '标题',
  name: '名称',
  promise: '一句话承诺',
  status: '状态',
  publish_at: '定时上架',
  published_at: '上架时间',
  price_fen: '价格',
  amount_fen: '金额',
  refunded_fen: '已退金额',
  period_days: '有效天数',
  tax_category: '税目',
  active: '在售',
  position: '次序',
  role: '角色',
  login: '登录名',
  disabled_at: '停用时间',
  totp_enabled_at: '两步验证开启时间',
  reply: '回复',
  reason: '原因',
  slug: '网址标识',
  link: '链接',
  subtitle: '副标题',
  image: '图片',
  bio: '介绍',
  avatar: '头像',
  cover: '封面',
  instructor_id: '讲师',
  category_id: '分类',
  recommended: '推荐',
  days: '退款天数',
  max_watched_percent: '已学上限（%）',
  refund_days: '退款天数',
  refund_max_watched_percent: '已学上限（%）',
  decided_at: '审核时间',
  version: '版本',
  is_free: '免费课时',
  preview_ms: '试看毫秒',
  received_fen: '实收金额',
  order_no: '订单号',
  out_trade_no: '商户单号',
  material: '需重新同意',
  note: '修改说明',
  effective_at: '生效时间',
  characters: '字符数',
  sha256: '正文指纹',
  asset_id: '视频',
}

/** `PriceFen`, `price_fen` → price_fen: rows come from Go values and from maps alike. */
const snake = (field: string) =>
  field
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()

/** Chinese name of an audited field; unknown ones keep their own. */
export const fieldLabel = (field: string) =>
  field
    .split('.')
    .map((part) => names[snake(part)] ?? part)
    .join(' · ')

/** A value as a person reads it: money in yuan, times as dates. */
export function fieldValue(field: string, value: string): string {
  const last = snake(field.split('.').pop() ?? '')
  if (!/^-?\d+$/.test(value)) return value
  if (last.endsWith('_fen') && Number(value) >= 0) return yuan(Number(value))
  if (last.endsWith('_at')) return time(Number(value))
  return value
}
