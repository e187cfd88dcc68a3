import type { Question, QuestionInput, QuestionKind } from '@/app/types'

export const kinds: { value: QuestionKind; label: string; note: string }[] = [
  { value: 'single', label: '单选', note: '只有一个正确答案' },
  { value: 'multiple', label: '多选', note: '全对得满分；只选了一部分且没有选错得一半；选错一个不得分' },
  { value: 'judge', label: '判断', note: '' },
  { value: 'blank', label: '填空', note: '不分大小写、全角半角和空格；几个空平分分数' },
  { value: 'short', label: '简答', note: '交卷后由老师批改' },
  { value: 'matching', label: '配对', note: '右列会打乱；每配对一组得一份分' },
  { value: 'ordering', label: '排序', note: '按正确的顺序写；出题时会打乱；每放对一个位置得一份分' },
]
export const kindLabel = (k: string): string => kinds.find((x) => x.value === k)?.label ?? k
export const points = (centi: number): string => String(Math.round(centi) / 100)
export const percent = (permille: number): string => `${Math.round(permille / 10)}%`

/** A question as its form edits it: lines instead of lists where people type lists. */
export interface QuestionForm {
  kind: QuestionKind; stem: string; options: string[]; pairs: { left: string; right: string }[]; spare: string; choices: number[]; truth: 'true' | 'false'
  blanks: { texts: string; tolerance: string }[]; model: string; explanation: string; difficulty: number; points: number; tags: string
}

export const clean = (lines: string): string[] => lines.split('\n').map((l) => l.trim()).filter(Boolean)

export function formOf(q: Question | null): QuestionForm {
  return {
    kind: q?.kind ?? 'single', stem: q?.stem_html ?? '', options: q?.options.length ? [...q.options] : ['', '', '', ''],
    pairs: q?.kind === 'matching' ? q.options.map((left, n) => ({ left, right: q.matches[n] ?? '' })) : [{ left: '', right: '' }, { left: '', right: '' }],
    spare: q?.kind === 'matching' ? q.matches.slice(q.options.length).join('\n') : '', choices: [...(q?.choices ?? [])], truth: q?.truth ? 'true' : 'false',
    blanks: q?.blanks.length ? q.blanks.map((b) => ({ texts: b.texts.join('\n'), tolerance: b.tolerance })) : [{ texts: '', tolerance: '' }],
    model: q?.model ?? '', explanation: q?.explanation_html ?? '', difficulty: q?.difficulty ?? 3, points: q?.points ?? 5, tags: q?.tags.join('，') ?? '',
  }
}

/** What is sent. Empty options are left out, and the right ones keep pointing at theirs. */
export function inputOf(f: QuestionForm): QuestionInput {
  const kept = f.options.map((text, n) => ({ text: text.trim(), n })).filter((o) => o.text)
  const pairs = f.pairs.filter((p) => p.left.trim() || p.right.trim())
  return {
    kind: f.kind, stem_html: f.stem, explanation_html: f.explanation, difficulty: f.difficulty, points: f.points,
    options: f.kind === 'matching' ? pairs.map((p) => p.left.trim()) : ['single', 'multiple', 'ordering'].includes(f.kind) ? kept.map((o) => o.text) : [],
    matches: f.kind === 'matching' ? [...pairs.map((p) => p.right.trim()), ...clean(f.spare)] : [],
    choices: ['single', 'multiple'].includes(f.kind) ? kept.flatMap((o, at) => (f.choices.includes(o.n) ? [at] : [])) : [],
    truth: f.truth === 'true', blanks: f.kind === 'blank' ? f.blanks.map((b) => ({ texts: clean(b.texts), tolerance: b.tolerance.trim() })) : [],
    model: f.model, tags: f.tags.split(/[,，、]/).map((t) => t.trim()).filter(Boolean),
  }
}

/** "1:05" or "65" as milliseconds; null for anything else. */
export function readClock(text: string): number | null {
  const m = /^(?:(?:(\d+):)?(\d{1,2}):)?(\d{1,5})$/.exec(text.trim())
  if (!m) return null
  return ((Number(m[1] ?? 0) * 60 + Number(m[2] ?? 0)) * 60 + Number(m[3])) * 1000
}
