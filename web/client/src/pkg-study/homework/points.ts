/** What is wrong with points as they were typed; '' when nothing is. */
export function pointsProblem(typed: string, most: number): string {
  const t = typed.trim()
  if (!t) return '请打分'
  return /^\d{1,3}$/.test(t) && Number(t) <= most ? '' : `请填 0 到 ${most} 的整数`
}
