/** Digits of a mainland mobile number as typed or pasted (spaces, dashes and +86 are dropped). */
export function cleanPhone(text: string): string {
  const digits = text.replace(/[^\d]/g, '')
  return digits.length === 13 && digits.startsWith('86') ? digits.slice(2) : digits
}

/** What is wrong with a phone number, or '' when it may be sent. */
export function phoneProblem(text: string): string {
  const p = cleanPhone(text)
  if (!p) return '请填写手机号'
  return /^1[3-9]\d{9}$/.test(p) ? '' : '请填写 11 位手机号'
}

/** What is wrong with an SMS code, or ''. */
export function codeProblem(text: string): string {
  return /^\d{6}$/.test(text.trim()) ? '' : '请填写短信里的 6 位数字'
}

/** What is wrong with a new password, or ''. The server has the last word. */
export function passwordProblem(text: string): string {
  if (text.length < 8) return '密码至少 8 位'
  if (text.length > 64) return '密码最多 64 位'
  return ''
}
