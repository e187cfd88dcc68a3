import type { BadgeInput, ShopGoodsInput } from '@/app/types'

export const kinds: Record<ShopGoodsInput['kind'], string> = { coupon: '优惠券', course: '课程', material: '资料' }
export const facts: Record<BadgeInput['fact'], string> = { lessons: '学完课时（个）', courses: '学完课程（门）', minutes: '学习时长（分钟）', sign_ins: '累计签到（天）', streak: '连续签到（天）', milestones: '挑战里程碑（个）' }
