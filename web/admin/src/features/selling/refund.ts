/** The refund promise as a learner reads it, or what is wrong with the numbers. */
export function promise(days: unknown, percent: unknown): { text: string; wrong: '' } | { text: ''; wrong: string } {
  const whole = (n: unknown, most: number) => Number.isInteger(n) && (n as number) >= 0 && (n as number) <= most
  if (!whole(days, 365)) return { text: '', wrong: '天数为 0–365 的整数，0 为不支持退款' }
  if (!whole(percent, 100)) return { text: '', wrong: '学习比例为 0–100 的整数' }
  return { text: days ? `购买后 ${days as number} 天内，学习不超过 ${percent as number}%，可申请全额退款。` : '不支持申请退款，仍可由财务主动退款。', wrong: '' }
}
