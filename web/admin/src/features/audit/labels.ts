const actions: Record<string, string> = {
  'course.create': '新建课程',
  'course.update': '修改课程',
  'course.delete': '删除课程',
  'course.published': '上架课程',
  'course.unpublished': '下架课程',
  'course.scheduled': '定时上架',
  'chapter.create': '新建章',
  'chapter.update': '修改章',
  'chapter.delete': '删除章',
  'outline.reorder': '调整大纲次序',
  'lesson.create': '新建课时',
  'lesson.update': '修改课时',
  'lesson.delete': '删除课时',
  'attachment.create': '添加附件',
  'attachment.delete': '移除附件',
  'sku.save': '保存规格',
  'product.refund_policy': '修改退款规则',
  'category.save': '保存分类',
  'category.delete': '删除分类',
  'banner.save': '保存横幅',
  'banner.delete': '删除横幅',
  'instructor.save': '保存讲师',
  'refund.approve': '同意退款',
  'refund.reject': '拒绝退款',
  'refund.retry': '重新退款',
  'held.refund': '退回待查款',
  'held.match': '待查款对上订单',
  'held.explain': '待查款记说明',
  'agreement.draft': '保存协议草稿',
  'agreement.drop': '丢弃协议草稿',
  'agreement.publish': '发布协议',
  'staff.create': '添加员工',
  'staff.update': '修改员工',
  'staff.totp_on': '开启两步验证',
  'staff.recovery_used': '用恢复码登录',
  'setting.save': '修改设置',
}
/** Chinese name of an audited action. */
export const actionLabel = (action: string) => actions[action] ?? action

const kinds: Record<string, string> = {
  course: '课程',
  staff: '员工',
  refund: '退款',
  order: '订单',
  setting: '设置',
  category: '分类',
  banner: '横幅',
  instructor: '讲师',
  sku: '规格',
  product: '商品',
  lesson: '课时',
  chapter: '章',
  payment: '待查款',
  agreement: '协议',
}
/** `course:12` as 课程 12. */
export function targetLabel(target: string): string {
  const [kind, ...rest] = target.split(':')
  return [kinds[kind] ?? kind, rest.join(':')].filter(Boolean).join(' ')
}
/** The actions for the filter, in menu order. */
export const actionChoices = Object.entries(actions).map(([value, label]) => ({ value, label }))
