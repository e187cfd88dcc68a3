import type { Selling } from './selling'

/** The refund promise as a learner reads it, or what is wrong with the numbers. */
export function promise(days: unknown, percent: unknown, kind: Selling['kind'] = 'course'): { text: string; wrong: '' } | { text: ''; wrong: string } {
  const whole = (n: unknown, most: number) => Number.isInteger(n) && (n as number) >= 0 && (n as number) <= most
  if (!whole(days, 365)) return { text: '', wrong: '天数为 0–365 的整数，0 为不支持退款' }
  if (!whole(percent, 100)) return { text: '', wrong: '学习比例为 0–100 的整数' }
  if (kind === 'service') return { text: `服务完成前可申请全额退款；${days ? `完成后，付款 ${days as number} 天内仍可申请，由你们核实后处理。` : '完成后不支持退款。'}`, wrong: '' }
  if (!days) return { text: '不支持申请退款，仍可由财务主动退款。', wrong: '' }
  const rest = kind === 'membership' ? '；此外可退剩余的会员期' : kind === 'column' ? '；按期订阅的，此外可退剩余的天数' : ''
  return { text: `购买后 ${days as number} 天内，学习不超过 ${percent as number}%，可申请全额退款${rest}。`, wrong: '' }
}
