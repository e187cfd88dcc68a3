import type { Role } from '@/app/types'

/** The roles with what each is for, in the order of the form. */
export const roles: { role: Role; label: string; note: string; second: boolean }[] = [
  { role: 'owner', label: '所有者', note: '全部权限，管理员工与设置', second: true },
  { role: 'operator', label: '运营', note: '课程、上架、定价、打卡挑战、内容审核、服务交付、订单与学员查看', second: false },
  { role: 'editor', label: '编辑', note: '编辑全部课程和打卡挑战、审核内容、回答提问，不能上架和定价', second: false },
  { role: 'instructor', label: '讲师', note: '只看、只编辑自己的课程、题目和打卡挑战，回答其中的提问、写寄语，看自己的收入', second: false },
  { role: 'class_teacher', label: '班主任', note: '从所属讲师的挑战模板开班，只看自己带的班，看打卡、写点评、给里程碑的证据卡写寄语', second: false },
  { role: 'finance', label: '财务', note: '订单、退款审核、发票、对账、操作日志', second: true },
  { role: 'support', label: '客服', note: '订单与学员、服务交付、内容审核，可让学员设备退出', second: false },
]

/** Chinese name of a role. */
export const roleLabel = (role: string) => roles.find((r) => r.role === role)?.label ?? role
