import { kindLabels } from '@/features/catalogue/catalogue'
import { time, yuan } from '@/app/format'
import { exportNames } from '@/features/export/names'
import { platformLabel } from '@/features/selling/platforms'

const names: Record<string, string> = {
  title: '标题',
  auto_winner: '自动采用',
  winner_id: '胜出的一组',
  looked_at: '上次查看',
  variants: '组数',
  variant: '胜出的一组',
  made: '写好',
  unfit: '没有写',
  layers: '图层数',
  certificate_on: '颁发证书',
  min_percent: '学完课时（%）',
  min_minutes: '学习分钟',
  quiz_count: '要通过的测验数',
  taken_back: '已撤销',
  certificate_code: '证书编号',
  name: '名称',
  promise: '一句话承诺',
  words: '同义词',
  mark: '标记',
  status: '状态',
  publish_at: '定时上架',
  published_at: '上架时间',
  price_fen: '价格',
  amount_fen: '金额',
  refunded_fen: '已退金额',
  forfeited_fen: '没收的押金',
  squad_id: '小组',
  period_days: '有效天数',
  tax_category: '税目',
  active: '在售',
  position: '次序',
  role: '角色',
  terms: '条款版本',
  shown: '显示',
  brand: '联名的名称',
  logo: '标志',
  body: '正文',
  applying: '学员可以申请',
  reach: '比例用于',
  buyers: '买家昵称',
  classes: '可以开班',
  co_brand: '可以联名',
  products: '商品',
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
  action: '做法',
  ref_id: '改成',
  tag: '标签',
  parent_id: '上级文件夹',
  content_moved_up: '内容移到上一级',
  file: '文件',
  files: '文件',
  lessons: '课时',
  materials: '素材',
  left: '没有带来的',
  remark: '备注',
  prices: '价格',
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
  kind: '种类',
  lesson_id: '课时',
  sku_id: '规格',
  label: '名称',
  starts_at: '开始',
  ends_at: '结束',
  platforms: '平台',
  scope: '范围',
  pay_permille: '折扣（‰）',
  cap_fen: '最多减',
  steps: '档位',
  quota: '名额',
  score: '分数',
  budget_fen: '预算',
  budget_count: '预算份数',
  spent_fen: '已用',
  spent_count: '已发份数',
  per_device: '每台设备限',
  newcomer_days: '新人天数',
  on_h5: '微信外网页',
  on_wechat: '微信内网页',
  on_mini: '小程序',
  prizes: '奖励',
  feature: '看什么',
  comparison: '比较',
  threshold: '多少',
  price_points: '积分价',
  fact: '按什么',
  need: '要多少',
  check: '要求验证手机',
  delay: '延迟',
  review: '人工核查',
  block: '先不发放',
  per_user: '每人限',
  group_size: '成团人数',
  group_hours: '成团时限（小时）',
  off_fen: '减',
  at_fen: '门槛',
  stackable: '可叠加',
  stock: '总量',
  issued: '已发',
  claim: '领取方式',
  code: '券码',
  claim_from: '开始领取',
  claim_until: '领取结束',
  valid_from: '生效',
  valid_until: '失效',
  valid_days: '有效天数',
  back_on_refund: '退款后退回',
  size: '数量',
  revoked: '作废数量',
  users: '人数',
  given: '发出',
  rank: '等级',
  opens_all: '全部课程',
  intro_html: '介绍',
  scene: '插画',
  period_months: '有效月数',
  month: '月份',
  staff_id: '员工',
  floor_fen: '入选门槛',
  wait_days: '月底后几天定榜',
  rewards: '奖励',
  until_at: '截止日期',
  sale_from: '开售',
  sale_until: '停售',
  trial: '体验规格',
  expires_at: '截止',
  audience: '适合谁',
  outcomes: '收获',
  tags: '标签',
  enabled: '开启',
  cap_bps: '上限（‱）',
  hold_days: '冻结天数',
  min_fen: '最低提现',
  rate_bps: '比例（‱）',
  level: '级别',
  priority: '优先级',
  saved_at: '保存时间',
  saved_by: '保存人',
  product_id: '商品',
  skuid: '规格',
  document_id: '文档',
  course_id: '课程',
  user_id: '学员',
  coupon_id: '优惠券',
  promotion_id: '活动',
  payment_id: '付款',
  refund_id: '退款',
  order_id: '订单',
  order_item_id: '订单行',
  decided_by: '审核人',
  first_by: '初审人',
  created_by: '创建人',
  skus: '规格',
  categories: '分类',
  kinds: '种类',
  preview_pages: '试读页数',
  points: '积分',
  people: '人数',
  list_fen: '原价',
  state: '状态',
  id: '编号',
  helpers: '帮砍人数',
  help_hours: '砍价时限（小时）',
  created_at: '创建时间',
  updated_at: '修改时间',
  format: '格式',
  filter: '条件',
  rows: '行数',
  from: '开始',
  to: '结束',
  until: '结束',
  bank_day: '到账日',
  day: '日期',
  no: '单号',
  number: '号码',
  ours_fen: '账上金额',
  theirs_fen: '账单金额',
  ours_state: '账上状态',
  theirs_state: '账单状态',
  reference: '流水号',
  resolution: '处理',
  result: '结果',
  source: '支付账号',
  channel_state: '通道状态',
  stem: '题干',
  added: '新增',
  after: '从此之后',
  bytes: '大小（字节）',
  pages: '页数',
  courses: '课程',
  cause: '缘由',
  checks: '核对次数',
  check_at: '下次核对',
  channel_refund_id: '通道退款单号',
  delivered_percent: '已交付（%）',
  watched_percent: '已学（%）',
  ends_access: '收回授权',
  requested_at: '申请时间',
  finished_at: '完成时间',
  last_error: '最近的错误',
  last_login_at: '最近登录',
  started_at: '开始时间',
  stopped_at: '结束时间',
  tiers: '档位',
  tax_code: '税收编码',
  tax_rate: '税率',
  sku_name: '规格',
  course_count: '课程数',
  quantity: '件数',
  form: '形式',
  given_at: '完成时间',
  mode: '组卷方式',
  count: '题数',
  time_limit_s: '限时（秒）',
  attempts_limit: '作答次数',
  pass_permille: '及格线（‰）',
  show_answers: '公布答案',
  undo_by: '冲回人',
}

/** What nobody who reads a change wants to know. */
const noise = new Set(['id', 'version', 'created_at', 'updated_at'])
/** What a zero means where it says something; elsewhere a zero in what was made new says nothing. */
const zeros: Record<string, string> = { quota: '不限', per_user: '不限', opens_all: '否' }
/** Whether a change is shown: not the numbers of rows, nor, of what was made new, what does not belong to its kind. */
export function worthSaying(c: { field: string; before: string; after: string }): boolean {
  const last = lastOf(c.field)
  if (noise.has(last)) return false
  const [one, other] = [c.before, c.after]
  if (one && other) return true
  const value = one || other
  return !(value === '0' || value === '{}' || value === '[]') || last in zeros || last in empties
}

/** `PriceFen`, `price_fen` → price_fen: rows come from Go values and from maps alike. */
export const snake = (field: string) =>
  field
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()

const lastOf = (field: string) => snake(field.split('.').pop() ?? '')
/** What an empty list means where it is no gap. */
const empties: Record<string, string> = { platforms: '全部', scope: '全部商品' }

/** Whether an audited field has a Chinese name. */
export const knowsField = (field: string) => snake(field) in names
/** Chinese name of an audited field; unknown ones keep their own. */
export const fieldLabel = (field: string) =>
  field
    .split('.')
    .map((part) => names[snake(part)] ?? part)
    .join(' · ')

/** Words that the server keeps as codes, by field. */
const words: Record<string, Record<string, string>> = {
  status: {
    draft: '草稿', scheduled: '定时上架', published: '已上架', unpublished: '已下架', on: '已启用', off: '已停用',
    requested: '待审核', approved: '已同意', processing: '退款中', succeeded: '已退款', rejected: '已拒绝', abnormal: '异常',
  },
  state: { done: '已完成', waiting: '待处理', returning: '退回中', returned: '已退回', matched: '已对上', explained: '已说明', pending: '待审核', shown: '已公开', hidden: '未公开', applied: '待审核', invited: '已邀请', active: '合作中', suspended: '已暂停', ended: '已结束', rejected: '未通过' },
  reach: { all: '全部商品', own: '自己的课程', named: '指定的商品' },
  buyers: { masked: '打码', named: '看得到' },
  form: { course: kindLabels.course, column: kindLabels.column },
  mode: { fixed: '固定题目', random: '随机抽题' },
  show_answers: { submitted: '交卷后', passed: '及格后', never: '不公布' },
  format: { xlsx: 'XLSX', csv: 'CSV', aiken: 'Aiken', gift: 'GIFT' },
  source: { wechatpay: '微信支付', wechat_virtual: '虚拟支付', alipay: '支付宝' },
  kind: { ...kindLabels, ...exportNames, newcomer: '新人价', flash: '限时秒杀', group: '拼团', threshold: '满减', bargain: '砍价' },
  role: { owner: '所有者', operator: '运营', editor: '编辑', instructor: '讲师', finance: '财务', support: '客服', creator: '创作者合伙人', class_teacher: '班主任合伙人', senior_learner: '优秀学员合伙人', agency: '机构合伙人' },
  tax_category: { digital_service: '线上课程', service: '人工服务', book: '图书', goods: '实物' },
  claim: { page: '领券页', code: '券码', newcomer: '新人礼包', staff: '只由员工发' },
}

function listValue(last: string, list: unknown[]): string {
  if (!list.length) return empties[last] ?? '无'
  return list
    .map((x) => {
      if (x && typeof x === 'object') {
        if ('at_fen' in x && 'off_fen' in x) return `满 ${yuan(Number(x.at_fen))} 减 ${yuan(Number(x.off_fen))}`
        return Object.entries(x).map(([k, v]) => `${fieldLabel(k)} ${fieldValue(k, typeof v === 'object' ? JSON.stringify(v) : String(v))}`).join(' ')
      }
      if (last === 'platforms') return platformLabel(String(x))
      return last === 'kinds' ? fieldValue('kind', String(x)) : String(x)
    })
    .join('、')
}

/** A value as a person reads it: states in words, money in yuan, times as dates, lists without brackets. */
export function fieldValue(field: string, value: string): string {
  const last = lastOf(field)
  if (words[last]?.[value]) return words[last][value]
  if (value === 'true' || value === 'false') return value === 'true' ? '是' : '否'
  if (value === '{}') return empties[last] ?? '无'
  if (value.startsWith('[')) {
    try {
      return listValue(last, JSON.parse(value) as unknown[])
    } catch {
      return value
    }
  }
  if (value === '0' && zeros[last]) return zeros[last]
  if (!/^-?\d+$/.test(value)) return value
  if (last.endsWith('_fen') && Number(value) >= 0) return yuan(Number(value))
  if (last.endsWith('_at') || /_(from|until)$/.test(last)) return time(Number(value))
  return value
}
