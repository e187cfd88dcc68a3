import type { Case, DeskQuestion } from '@/app/types'

export const whats: Record<Case['what'], string> = { note: '笔记', question: '提问', answer: '回答', rating: '评价', card_comment: '卡片留言', check_in: '打卡', peer_review: '点评' }
export const states: Record<Case['state'], { label: string; tone: '' | 'ok' | 'warn' | 'bad' }> = {
  pending: { label: '待审核', tone: 'warn' },
  shown: { label: '已公开', tone: 'ok' },
  hidden: { label: '未公开', tone: 'bad' },
}

/** Where in a lesson a question was asked; '' for no place. */
export function placeLabel(q: Pick<DeskQuestion, 'place' | 'at'>): string {
  if (q.place === 'page') return `第 ${q.at} 页`
  if (q.place === 'chapter') return `第 ${q.at} 章`
  if (q.place !== 'time') return ''
  const s = Math.floor(q.at / 1000)
  return `${String(Math.floor(s / 60)).padStart(2, '0')}:${String(s % 60).padStart(2, '0')}`
}
