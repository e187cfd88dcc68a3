import type { Claim, Coupon } from '@/app/types'

/** How a coupon reaches a wallet. */
export const claims: Record<Claim, { label: string; note: string }> = {
  page: { label: '领券页', note: '谁都可以在领券页领' },
  code: { label: '券码', note: '输入券码领' },
  newcomer: { label: '新人礼包', note: '注册时自动发' },
  staff: { label: '只由员工发', note: '只能在这里发给学员' },
}

/** What a coupon takes off, in one line. */
export function takesOff(c: Pick<Coupon, 'off_fen' | 'pay_permille' | 'cap_fen' | 'at_fen'>, yuan: (fen: number) => string): string {
  const from = c.at_fen && c.at_fen > 1 ? `满 ${yuan(c.at_fen)} ` : '无门槛，'
  if (c.off_fen) return `${from}减 ${yuan(c.off_fen)}`
  return `${from}打 ${(c.pay_permille ?? 0) / 100} 折${c.cap_fen ? `，最多减 ${yuan(c.cap_fen)}` : ''}`
}

/** How long one lasts in a wallet. */
export function lasts(c: Pick<Coupon, 'valid_days' | 'valid_from' | 'valid_until'>, time: (ms: number) => string): string {
  if (c.valid_days) return `领取后 ${c.valid_days} 天`
  return c.valid_from ? `${time(c.valid_from)} – ${time(c.valid_until ?? 0)}` : `到 ${time(c.valid_until ?? 0)}`
}
