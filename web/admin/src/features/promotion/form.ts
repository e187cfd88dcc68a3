import { parseYuan, parseZhe, yuanInput, yuanProblem, zhe } from '@/app/format'
import { tooLong } from '@/app/text'
import { narrow, wide, type Wide } from '@/features/catalogue/scope'
import type { Promotion, PromotionInput, PromotionKind } from '@/app/types'

/** A promotion's form as typed; amounts are text in yuan. */
export interface PromotionForm {
  kind: PromotionKind
  label: string
  note: string
  from: number
  until: number
  by: 'price' | 'part'
  price: string
  zhe: string
  cap: string
  steps: { at: string; off: string }[]
  scope: Wide
  platforms: string[]
  quota: number
  perUser: number
  size: number
  hours: number
  helpers: number
  helpHours: number
}

/** The form of a promotion, or of a new one of a kind. */
export function formOf(p: Promotion | null, kind: PromotionKind = 'flash'): PromotionForm {
  return {
    kind: p?.kind ?? kind,
    label: p?.label ?? '',
    note: p?.note ?? '',
    from: p?.starts_at ?? 0,
    until: p?.ends_at ?? 0,
    by: p && !p.price_fen ? 'part' : 'price',
    price: p?.price_fen ? yuanInput(p.price_fen) : '',
    zhe: p?.pay_permille ? zhe(p.pay_permille) : '',
    cap: p?.cap_fen ? yuanInput(p.cap_fen) : '',
    steps: p?.steps?.length ? p.steps.map((s) => ({ at: yuanInput(s.at_fen), off: yuanInput(s.off_fen) })) : [{ at: '', off: '' }],
    scope: wide(p?.scope ?? {}),
    platforms: [...(p?.platforms ?? [])],
    quota: p?.quota ?? 0,
    perUser: p?.per_user ?? 0,
    size: p?.group_size || 3,
    hours: p?.group_hours || 24,
    helpers: p?.helpers || 8,
    helpHours: p?.help_hours || 24,
  }
}

const whole = (n: unknown, least: number, most: number) => Number.isInteger(n) && (n as number) >= least && (n as number) <= most

function stepProblem(s: { at: string; off: string }): string {
  const why = yuanProblem(s.at, 1, 1e9) || yuanProblem(s.off, 1, 1e9)
  return why || (parseYuan(s.off)! >= parseYuan(s.at)! ? '减额要小于门槛' : '')
}

/** A bargain always ends at a fixed price, its floor. */
const byPrice = (f: PromotionForm) => f.kind === 'bargain' || f.by === 'price'

function problems(f: PromotionForm): Record<string, string> {
  const wrong: Record<string, string> = {}
  const say = (key: string, text: string | false) => {
    if (text && !wrong[key]) wrong[key] = text
  }
  say('label', !f.label.trim() ? '请填写活动名' : tooLong(f.label, 20) && '活动名最多 20 个字')
  say('note', tooLong(f.note, 200) && '备注最多 200 个字')
  say('starts_at', !f.from && '请选择开始时间')
  say('ends_at', !f.until ? '请选择结束时间' : f.until <= f.from && '结束时间要在开始之后')
  say('quota', !whole(f.quota, 0, 1e9) && '名额是整数，0 为不限')
  say('per_user', !whole(f.perUser, 0, 1e6) && '每人限几件是整数，0 为不限')
  if (f.kind === 'threshold') {
    for (const [i, s] of f.steps.entries()) say('steps', stepProblem(s) && `第 ${i + 1} 档：${stepProblem(s)}`)
    return wrong
  }
  if (f.kind === 'group') {
    say('group_size', !whole(f.size, 2, 100) && '成团人数为 2–100')
    say('group_hours', !whole(f.hours, 1, 168) && '时限为 1–168 小时')
  }
  if (f.kind === 'bargain') {
    say('helpers', !whole(f.helpers, 1, 100) && '帮砍人数为 1–100')
    say('help_hours', !whole(f.helpHours, 1, 168) && '时限为 1–168 小时')
  }
  const pay = parseZhe(f.zhe)
  if (byPrice(f)) {
    say('price_fen', yuanProblem(f.price, 1))
    say('scope', !f.scope.skus.length && '固定活动价要选定规格')
  } else {
    say('pay_permille', (pay === null || pay > 999) && '填 0.01–9.99 之间的折数，例如 8.5')
    say('cap_fen', !!f.cap.trim() && yuanProblem(f.cap, 1))
  }
  return wrong
}

/** What the form saves, or which fields are wrong and why. What another kind would need is not sent. */
export function inputOf(f: PromotionForm, version: number): { input: PromotionInput } | { wrong: Record<string, string> } {
  const wrong = problems(f)
  if (Object.keys(wrong).length) return { wrong }
  const steps = f.kind === 'threshold'
  const fixed = !steps && byPrice(f)
  return {
    input: {
      version,
      kind: f.kind,
      label: f.label.trim(),
      note: f.note.trim(),
      starts_at: f.from,
      ends_at: f.until,
      platforms: f.platforms,
      scope: narrow(f.scope, fixed),
      price_fen: fixed ? parseYuan(f.price)! : 0,
      pay_permille: steps || fixed ? 0 : parseZhe(f.zhe)!,
      cap_fen: steps || fixed || !f.cap.trim() ? 0 : parseYuan(f.cap)!,
      steps: steps ? f.steps.map((s) => ({ at_fen: parseYuan(s.at)!, off_fen: parseYuan(s.off)! })) : [],
      quota: f.quota,
      // A newcomer's price is for one purchase by itself.
      per_user: f.kind === 'newcomer' ? 0 : f.perUser,
      group_size: f.kind === 'group' ? f.size : 0,
      group_hours: f.kind === 'group' ? f.hours : 0,
      helpers: f.kind === 'bargain' ? f.helpers : 0,
      help_hours: f.kind === 'bargain' ? f.helpHours : 0,
    },
  }
}
