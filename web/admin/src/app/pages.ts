import { ref } from 'vue'
import { kindLabels } from '@/features/catalogue/catalogue'
import type { IconName } from '@/ui/icons'
import type { GoodsKind } from './types'

/** A page of the side menu; hidden unless the role has `permission`. */
export interface MenuPage {
  name: string
  label: string
  icon: IconName
  permission: string
  /** Which of the pages of that name it opens. */
  params?: Record<string, string>
  /** What who sees the own alone reads in place of the label: holders without `order.read`. */
  own?: string
  badge?: 'refunds' | 'held' | 'assets' | 'bills' | 'invoices' | 'services'
}

// Courses and columns are made under 内容; every other kind of goods has its own entry.
const goodsKinds: [GoodsKind, IconName][] = [['bundle', 'layers'], ['membership', 'crown'], ['service', 'calendar'], ['lesson', 'play']]

/** The side menu by group. */
export const menu: { group: string; pages: MenuPage[] }[] = [
  { group: '', pages: [{ name: 'overview', label: '概览', icon: 'grid', permission: 'overview.read' }] },
  {
    group: '内容',
    pages: [
      { name: 'courses', label: '课程与专栏', icon: 'book', permission: 'course.read' },
      { name: 'questions', label: '题库', icon: 'pen', permission: 'course.read' },
      { name: 'library', label: '素材库', icon: 'folder', permission: 'media.upload', badge: 'assets' },
      { name: 'lesson-questions', label: '学员提问', icon: 'quote', permission: 'question.answer' },
      { name: 'ratings', label: '课程评价', icon: 'star', permission: 'question.answer' },
      { name: 'moderation', label: '内容审核', icon: 'eye', permission: 'content.moderate' },
      { name: 'instructors', label: '讲师', icon: 'user', permission: 'course.read' },
      { name: 'applications', label: '讲师申请', icon: 'teach', permission: 'instructor.review' },
      { name: 'categories', label: '分类', icon: 'tag', permission: 'course.publish' },
      { name: 'banners', label: '首页横幅', icon: 'image', permission: 'course.publish' },
      { name: 'topics', label: '专题', icon: 'olist', permission: 'course.publish' },
      { name: 'search', label: '搜索', icon: 'search', permission: 'course.publish' },
    ],
  },
  { group: '商品', pages: goodsKinds.map(([kind, icon]) => ({ name: 'goods', params: { kind }, label: kindLabels[kind], icon, permission: 'product.read' })) },
  {
    group: '营销',
    pages: [
      { name: 'promotions', label: '活动', icon: 'flag', permission: 'product.read' },
      { name: 'coupons', label: '优惠券', icon: 'ticket', permission: 'product.read' },
      { name: 'codes', label: '兑换码', icon: 'key', permission: 'product.edit' },
      { name: 'experiments', label: '价格实验', icon: 'scale', permission: 'product.read' },
      { name: 'price', label: '价格预览', icon: 'yuan', permission: 'order.read' },
    ],
  },
  {
    group: '增长',
    pages: [
      { name: 'growth', label: '增长', icon: 'loop', permission: 'growth.read' },
      { name: 'shares', label: '分享', icon: 'spread', permission: 'growth.read' },
      { name: 'challenges', label: '打卡挑战', icon: 'check', permission: 'class.lead' },
      { name: 'campaigns', label: '学习活动', icon: 'spark', permission: 'product.read' },
      { name: 'rewards', label: '积分商城与徽章', icon: 'medal', permission: 'product.read' },
      { name: 'partners', label: '合伙人', icon: 'link', permission: 'partner.read' },
      { name: 'desk-cards', label: '证据卡与寄语', icon: 'award', permission: 'card.mentor' },
      { name: 'card-templates', label: '证据卡模板', icon: 'brush', permission: 'course.read' },
    ],
  },
  {
    group: '交易',
    pages: [
      { name: 'orders', label: '订单', icon: 'receipt', permission: 'order.read' },
      { name: 'refunds', label: '退款', icon: 'undo', permission: 'order.read', badge: 'refunds' },
      { name: 'services', label: '待交付', icon: 'clock', permission: 'service.give', badge: 'services' },
      { name: 'renewals', label: '自动续费', icon: 'refresh', permission: 'order.read' },
      { name: 'shipments', label: '发货信息', icon: 'upload', permission: 'order.read' },
      { name: 'held', label: '待查款', icon: 'info', permission: 'order.read', badge: 'held' },
    ],
  },
  {
    group: '财务',
    pages: [
      { name: 'invoices', label: '发票', icon: 'doc', permission: 'invoice.read', badge: 'invoices' },
      { name: 'bills', label: '对账', icon: 'checkc', permission: 'bill.read', badge: 'bills' },
      { name: 'commission', label: '佣金与提现', icon: 'gift', permission: 'commission.read' },
      { name: 'income', label: '讲师收入', own: '我的收入', icon: 'purse', permission: 'income.read' },
      { name: 'clearing', label: '在途资金', icon: 'cc', permission: 'bill.read' },
      { name: 'ledger', label: '总账', icon: 'list', permission: 'bill.read' },
    ],
  },
  {
    group: '治理',
    pages: [
      { name: 'users', label: '学员', icon: 'users', permission: 'user.read' },
      { name: 'risk', label: '奖励核查', icon: 'lens', permission: 'risk.decide' },
      { name: 'staff', label: '员工与角色', icon: 'shield', permission: 'staff.manage' },
      { name: 'audit', label: '操作日志', icon: 'history', permission: 'audit.read' },
      { name: 'settings', label: '设置', icon: 'gear', permission: 'setting.read' },
    ],
  },
]

/** The menu that a holder of `permissions` sees; groups without pages are left out. */
export function menuFor(permissions: string[]) {
  const named = (p: MenuPage) => (p.own && !permissions.includes('order.read') ? { ...p, label: p.own } : p)
  return menu.map((g) => ({ ...g, pages: g.pages.filter((p) => permissions.includes(p.permission)).map(named) })).filter((g) => g.pages.length)
}

/** The page to open first: the first one of the menu, the account page when a role has none. */
export const homeFor = (permissions: string[]) => menuFor(permissions)[0]?.pages[0].name ?? 'account'

/** The kind of the goods that are being edited: their address does not say it. */
export const editedKind = ref('')

const above: Record<string, string> = { course: 'courses', product: 'goods', bill: 'bills', topic: 'topics', challenge: 'challenges', class: 'challenges', quiz: 'questions', homework: 'courses', booking: 'courses', trail: 'orders', 'card-template': 'card-templates', 'mentor-patterns': 'desk-cards', 'card-experiments': 'card-templates' }
/** Whether an entry of the menu is where somebody is. */
export function isHere(p: MenuPage, name: string, params: Record<string, unknown>): boolean {
  if ((above[name] ?? name) !== p.name) return false
  return !p.params || p.params.kind === (name === 'product' ? editedKind.value : params.kind || 'bundle')
}
