import type { GoodsKind, GoodsStatus } from '@/app/types'
import type { IconName } from '@/ui/icons'

/** What each kind is for, in the words of the list. */
export const kinds: Record<GoodsKind, { label: string; note: string; first: string }> = {
  bundle: { label: '课程包', note: '几门课一起卖。以后加进来的课，买过的人也能学；移出的课，买过的人不受影响。', first: '先起个名字，再选包含哪些课。' },
  membership: { label: '会员', note: '在期限内可学指定或全部课程，买其余商品打折。', first: '先起个名字，再设权益与期限。' },
  service: { label: '服务', note: '线下课、答疑、批改等：付款后由人来兑现，页面上不打开什么。', first: '先起个名字，再写清怎么兑现。' },
  lesson: { label: '单课', note: '课程里的一课单独卖，标题跟着课时走。', first: '选一门课里的一课，定个价。' },
}
export const kindOrder: GoodsKind[] = ['bundle', 'membership', 'service', 'lesson']

/** How a product's state reads and looks. */
export const goodsStatus: Record<GoodsStatus, { label: string; tone: '' | 'ok' | 'warn'; icon: IconName }> = {
  draft: { label: '草稿', tone: '', icon: 'pen' },
  published: { label: '在售', tone: 'ok', icon: 'check' },
  unpublished: { label: '已下架', tone: 'warn', icon: 'pause' },
}
