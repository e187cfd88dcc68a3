import type { ExportKind } from '@/app/types'

/** The files that can be asked for, in Chinese. */
export const exportNames: Record<ExportKind, string> = { orders: '订单', refunds: '退款', ledger: '会计分录', invoices: '发票', revenue: '收入与税', balances: '试算平衡', study: '学习时长', attendance: '直播考勤', bookings: '预约名单' }
