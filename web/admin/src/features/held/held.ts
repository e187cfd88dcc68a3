import { yuan } from '@/app/format'
import type { Held, HeldState } from '@/app/types'
import type { IconName } from '@/ui/icons'

/** What staff may decide about a held payment. */
export type Decision = 'refund' | 'match' | 'explain'

/** How a held payment's state looks; its words come from the server. */
export const heldLook: Record<HeldState, { tone: '' | 'ok' | 'warn' | 'bad' | 'brand'; icon: IconName }> = {
  waiting: { tone: 'warn', icon: 'clock' },
  returning: { tone: 'brand', icon: 'refresh' },
  returned: { tone: 'ok', icon: 'check' },
  matched: { tone: 'ok', icon: 'link' },
  explained: { tone: '', icon: 'doc' },
}

/** The words of each decision: its button, what it will do, the note it asks for, and what is said afterwards. */
export const decisions: Record<Decision, { button: string; effect: (h: Held) => string; note: string; done: string }> = {
  refund: {
    button: '退回付款人',
    effect: (h) => `原路退回 ${yuan(h.received_fen)}，不能撤销。订单和授权不受影响。`,
    note: '退回的原因，付款人会看到',
    done: '已提交，正在原路退回',
  },
  match: {
    button: '对上订单',
    effect: (h) => `${yuan(h.received_fen)} 作为订单的付款：订单变为已支付，课程随即开放，不能撤销。`,
    note: '怎么核对的，记入日志',
    done: '已对上订单，课程已开放',
  },
  explain: {
    button: '记下说明',
    effect: () => '只记说明，不动钱，也不动账：这笔钱仍留在待查款项。已在商户平台退款或另有约定时用，不能撤销。',
    note: '怎么处理的，记入日志',
    done: '说明已记下',
  },
}

/** The decisions that the server allows for this payment, in order. */
export const allowed = (h: Held) => (['refund', 'match', 'explain'] as Decision[]).filter((d) => h.actions.includes(d))
