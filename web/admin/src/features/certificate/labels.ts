import type { Certificate } from '@/app/types'

/** Why a certificate counts no more. */
export const why: Record<Certificate['revoke_kind'], string> = { '': '有效', refund: '已退款撤销', staff: '已撤销', reissued: '已重发', merged: '账号合并' }
