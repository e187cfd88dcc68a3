import { parseYuan, parseZhe, yuanInput, yuanProblem, zhe } from '@/app/format'
import { tooLong } from '@/app/text'
import { narrow, wide, type Wide } from '@/features/catalogue/scope'
import type { Claim, Coupon, CouponInput } from '@/app/types'

/** A coupon's form as typed; amounts are text in yuan, '' for none. */
export interface CouponForm {
  name: string
  by: 'amount' | 'part'
  off: string
  zhe: string
  cap: string
  at: string
  scope: Wide
  platforms: string[]
  stackable: boolean
  stock: number
  perUser: number
  claim: Claim
  code: string
  claimFrom: number
  claimUntil: number
  lasting: 'days' | 'dates'
  days: number
  from: number
  until: number
  back: boolean
}
const amount = (fen?: number) => (fen ? yuanInput(fen) : '')

/** The form of a sort of coupon, or of a new one. */
export function formOf(c: Coupon | null): CouponForm {
  return {
    name: c?.name ?? '',
    by: c?.pay_permille ? 'part' : 'amount',
    off: amount(c?.off_fen),
    zhe: c?.pay_permille ? zhe(c.pay_permille) : '',
    cap: amount(c?.cap_fen),
    at: amount(c?.at_fen),
    scope: wide(c?.scope ?? {}),
    platforms: [...(c?.platforms ?? [])],
    stackable: c?.stackable ?? false,
    stock: c?.stock ?? 100,
    perUser: c?.per_user ?? 1,
    claim: c?.claim ?? 'page',
    code: c?.code ?? '',
    claimFrom: c?.claim_from ?? 0,
    claimUntil: c?.claim_until ?? 0,
    lasting: c?.valid_until ? 'dates' : 'days',
    days: c?.valid_days || 30,
    from: c?.valid_from ?? 0,
    until: c?.valid_until ?? 0,
    back: c?.back_on_refund ?? true,
  }
}

const whole = (n: unknown, least: number, most: number) => Number.isInteger(n) && (n as number) >= least && (n as number) <= most

function problems(f: CouponForm, issued: number): Record<string, string> {
  const wrong: Record<string, string> = {}
  const say = (key: string, text: string | false) => {
    if (text && !wrong[key]) wrong[key] = text
  }
  say('name', !f.name.trim() ? '请填写名称' : tooLong(f.name, 20) && '名称最多 20 个字')
  say('at_fen', !!f.at.trim() && yuanProblem(f.at, 0, 1e9))
  if (f.by === 'amount') {
    say('off_fen', yuanProblem(f.off, 1, 1e9))
    const at = parseYuan(f.at) ?? 0
    say('at_fen', at > 0 && !wrong.off_fen && parseYuan(f.off)! >= at && '门槛要大于减免金额')
  } else {
    const pay = parseZhe(f.zhe)
    say('pay_permille', (pay === null || pay > 999) && '填 0.01–9.99 之间的折数，例如 8.5')
    say('cap_fen', !!f.cap.trim() && yuanProblem(f.cap, 1, 1e9))
  }
  say('stock', !whole(f.stock, 0, 1e9) ? '发放总量是 0 以上的整数' : f.stock < issued && `已经发出 ${issued} 张，总量不能更少`)
  say('per_user', !whole(f.perUser, 1, 100) && '每人 1–100 张')
  say('code', f.claim === 'code' && !/^[\w-]{1,30}$/.test(f.code.trim()) && '券码为 1–30 个字母、数字或连字符')
  say('claim_until', f.claimUntil > 0 && f.claimUntil <= f.claimFrom && '领取结束要在开始之后')
  if (f.lasting === 'days') say('valid_days', !whole(f.days, 1, 3650) && '天数为 1–3650')
  else say('valid_until', !f.until ? '请选择失效时间' : f.until <= f.from && '失效时间要在生效之后')
  return wrong
}

/** What the form saves, or which fields are wrong and why. */
export function inputOf(f: CouponForm, version: number, issued: number): { input: CouponInput } | { wrong: Record<string, string> } {
  const wrong = problems(f, issued)
  if (Object.keys(wrong).length) return { wrong }
  const part = f.by === 'part'
  return {
    input: {
      version,
      name: f.name.trim(),
      off_fen: part ? 0 : parseYuan(f.off)!,
      pay_permille: part ? parseZhe(f.zhe)! : 0,
      cap_fen: part && f.cap.trim() ? parseYuan(f.cap)! : 0,
      at_fen: f.at.trim() ? parseYuan(f.at)! : 0,
      scope: narrow(f.scope),
      platforms: f.platforms,
      stackable: f.stackable,
      stock: f.stock,
      per_user: f.perUser,
      claim: f.claim,
      code: f.claim === 'code' ? f.code.trim() : '',
      claim_from: f.claimFrom,
      claim_until: f.claimUntil,
      valid_from: f.lasting === 'dates' ? f.from : 0,
      valid_until: f.lasting === 'dates' ? f.until : 0,
      valid_days: f.lasting === 'days' ? f.days : 0,
      back_on_refund: f.back,
    },
  }
}
