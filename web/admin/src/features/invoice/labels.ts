import type { Invoice, InvoiceRow, InvoiceStatus, RedReason } from '@/app/types'
import type { IconName } from '@/ui/icons'

type Tone = 'ok' | 'warn' | 'bad' | 'brand' | undefined
/** The states of an invoice with their look. */
export const invoiceLook: Record<InvoiceStatus, { label: string; tone: Tone; icon: IconName }> = {
  requested: { label: '待开', tone: 'warn', icon: 'clock' },
  issuing: { label: '开票中', tone: 'brand', icon: 'clock' },
  issued: { label: '已开', tone: 'ok', icon: 'check' },
  rejected: { label: '已拒绝', tone: 'bad', icon: 'alert' },
  cancelled: { label: '已取消', tone: undefined, icon: 'close' },
  red_requested: { label: '待红冲', tone: 'warn', icon: 'clock' },
  red_issued: { label: '已红冲', tone: undefined, icon: 'undo' },
}
/** The types of invoice. */
export const typeLabel: Record<InvoiceRow['type'], string> = { normal: '数电普票', special: '数电专票' }
/** The kinds of title. */
export const kindLabel: Record<InvoiceRow['title_kind'], string> = { enterprise: '企业', person: '个人', institution: '事业单位' }
/** The reasons of a red letter. */
export const redReasons: { value: RedReason; label: string }[] = [
  { value: 'ISSUE_ERROR', label: '开票有误' },
  { value: 'SALES_RETURN', label: '销货退回' },
  { value: 'SERVICE_SUSPENSION', label: '服务中止' },
  { value: 'SALES_DISCOUNT', label: '销售折让' },
]
/** What became of the mail to the buyer. */
export const mailLabel: Record<Invoice['mail_state'], string> = { '': '买家没有留邮箱', waiting: '邮件等着发送', sent: '邮件已发送', off: '没有设置邮件服务器，没有发送', failed: '邮件发送失败，买家可在「我的发票」下载' }

/** 600 is 6%. */
export const rate = (bps: number) => `${bps / 100}%`
/** Whether a number is one of the tax office's. */
export const isNumber = (s: string) => /^\d{20}$/.test(s.trim())
/** Whether finance issues it here by hand: an automatic issuer that is at it must not be overtaken. */
export const byHand = (v: Pick<Invoice, 'status' | 'issuer'>) => v.status === 'requested' || ((v.status === 'issuing' || v.status === 'red_requested') && v.issuer !== 'sandbox')
