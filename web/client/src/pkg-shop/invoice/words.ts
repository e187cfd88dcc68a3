import type { Invoice, InvoiceTitleInput } from '@zhizhou/sdk'

/** The states of an invoice in words, with the look of their tag. */
export const stateLook: Record<Invoice['status'], { text: string; cls: string; icon: string }> = {
  requested: { text: '待开票', cls: 'warn', icon: 'clock' },
  issuing: { text: '开票中', cls: 'warn', icon: 'clock' },
  issued: { text: '已开票', cls: 'ok', icon: 'check' },
  rejected: { text: '未通过', cls: 'bad', icon: 'warn' },
  cancelled: { text: '已取消', cls: '', icon: 'close' },
  red_requested: { text: '红冲中', cls: 'warn', icon: 'clock' },
  red_issued: { text: '已红冲', cls: '', icon: 'close' },
}
/** The kinds of title in words. */
export const kindText: Record<InvoiceTitleInput['kind'], string> = { enterprise: '企业', person: '个人', institution: '事业单位' }
/** The types of invoice in words. */
export const typeText: Record<Invoice['type'], string> = { normal: '普通发票', special: '专用发票' }

/** What is wrong with a title before the server is asked; empty when nothing is. */
export function titleProblems(t: InvoiceTitleInput): Record<string, string> {
  const wrong: Record<string, string> = {}
  const person = t.kind === 'person'
  if ([...t.name.trim()].length < 2) wrong.name = person ? '请填写姓名' : '请填写单位全称'
  const tax = (t.tax_no ?? '').replace(/\s/g, '').toUpperCase()
  if (!person && (tax ? !/^[0-9A-Z]{15,20}$/.test(tax) : t.kind === 'enterprise')) wrong.tax_no = '纳税人识别号是 15–20 位数字或字母'
  if (t.email?.trim() && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(t.email.trim())) wrong.email = '请检查邮箱'
  if (t.mobile?.trim() && !/^1\d{10}$/.test(t.mobile.trim())) wrong.mobile = '请填 11 位手机号'
  return wrong
}

/** A rate in words: 600 is 6%. */
export const rateText = (bps: number): string => `${bps / 100}%`
