import type { Asked, QuizReply } from '@zhizhou/sdk'

export const kinds: Record<Asked['kind'], string> = { single: '单选', multiple: '多选', judge: '判断', blank: '填空', short: '简答', matching: '配对', ordering: '排序' }

/** Hundredths of a point as people write them: 850 → 8.5. */
export const points = (centi: number): string => String(Math.round(centi) / 100)

export const share = (permille: number): string => `${Math.round(permille / 10)}%`

export const letter = (n: number): string => String.fromCharCode(65 + n)

/** Whether something was answered; an order counts as soon as it was touched. */
export function answered(r?: QuizReply | null): boolean {
  if (!r) return false
  return !!r.choices?.length || r.truth !== undefined || !!r.texts?.some((t) => t.trim()) || !!r.order?.some((n) => n >= 0)
}

/** The reply after an option was pressed. */
export function choose(q: Asked, r: QuizReply, place: number): QuizReply {
  if (q.kind === 'judge') return { truth: place === 0 }
  const had = r.choices ?? []
  if (q.kind === 'single') return { choices: [place] }
  return { choices: had.includes(place) ? had.filter((n) => n !== place) : [...had, place].sort((a, b) => a - b) }
}

/** The order on the screen: as shown until somebody moves an item. */
export const orderOf = (q: Asked, r: QuizReply): number[] => (r.order?.length ? r.order : q.options.map((_, n) => n))

/** The order after the item at `at` moved by one; the same at an edge. */
export function moved(order: number[], at: number, by: -1 | 1): number[] {
  const to = at + by
  if (to < 0 || to >= order.length) return order
  const out = [...order]
  ;[out[at], out[to]] = [out[to], out[at]]
  return out
}

/** The pairs after option `left` got match `right` (-1: none); a match belongs to one option. */
export function paired(q: Asked, r: QuizReply, left: number, right: number): number[] {
  const order = r.order?.length ? [...r.order] : q.options.map(() => -1)
  const was = order.indexOf(right)
  if (right >= 0 && was >= 0) order[was] = -1
  order[left] = right
  return order
}

/** Time left as m:ss or h:mm:ss; never negative. */
export function countdown(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  const h = Math.floor(s / 3600)
  return h ? `${h}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`
}

/** What is right, in words, for matching, ordering and texts. */
export function wordsOf(q: Asked, r: QuizReply): string[] {
  if (q.kind === 'matching') return (r.order ?? []).map((n, i) => `${q.options[i]} → ${n >= 0 ? q.matches[n] : '未选'}`)
  if (q.kind === 'ordering') return (r.order ?? []).map((n, i) => `${i + 1}. ${q.options[n]}`)
  if (q.kind === 'judge') return [r.truth ? '对' : '错']
  if (q.kind === 'single' || q.kind === 'multiple') return (r.choices ?? []).map((n) => `${letter(n)}. ${q.options[n]}`)
  return (r.texts ?? []).filter(Boolean)
}

/**
 * What is said beside an option afterwards, in words because colour alone says nothing to many: whether it was chosen,
 * and whether that was right. `right` is null while nothing is told. An answer of several parts names what was missed.
 */
export function verdict(q: Asked, chosen: boolean, right: boolean | null): { look: '' | 'ok' | 'miss' | 'bad'; words: string[] } {
  if (right === null) return { look: '', words: [] }
  if (right && chosen) return { look: 'ok', words: ['你选了', '正确答案'] }
  if (right) return q.kind === 'multiple' ? { look: 'miss', words: ['漏选', '正确答案'] } : { look: 'ok', words: ['正确答案'] }
  return chosen ? { look: 'bad', words: ['你选了', '选错了'] } : { look: '', words: [] }
}
