import { computed, ref, watch } from 'vue'
import { call } from '@/app/api'
import { useSave } from '@/app/useSave'
import type { QuizPaper, Question } from '@/app/types'

/** The paper of a quiz lesson in its editor. It is saved by a button: half a paper is none. */
export function usePaper(lessonId: () => number) {
  const paper = ref<QuizPaper | null>(null)
  const failed = ref(false)
  const dirty = ref(false)
  const save = useSave()
  async function load() {
    failed.value = false
    paper.value = await call('paper', { path: { id: lessonId() } }).catch(() => {
      failed.value = true
      return null
    })
    await Promise.resolve()
    dirty.value = false
  }
  watch(paper, (now, before) => { if (now && now === before) dirty.value = true }, { deep: true, flush: 'sync' })
  const size = computed(() => {
    const p = paper.value
    if (!p) return { count: 0, points: 0 }
    const list = p.mode === 'fixed' ? p.questions.map((q) => [1, q.points]) : p.rules.map((r) => [r.count, r.count * r.points])
    return { count: list.reduce((n, x) => n + x[0], 0), points: list.reduce((n, x) => n + x[1], 0) }
  })
  function add(list: Question[]) {
    const p = paper.value
    if (!p) return
    for (const q of list) {
      if (p.questions.some((x) => x.question_id === q.id)) continue
      p.questions.push({ question_id: q.id, points: q.points })
      p.asked.push(q)
    }
  }
  function move(at: number, by: -1 | 1) {
    const list = paper.value?.questions
    const to = at + by
    if (!list || to < 0 || to >= list.length) return
    ;[list[at], list[to]] = [list[to], list[at]]
  }
  const drop = (at: number) => paper.value?.questions.splice(at, 1)
  const titleOf = (id: number) => paper.value?.asked.find((q) => q.id === id)
  async function write() {
    const p = paper.value
    if (!p) return
    const { version, mode, time_limit_s, attempts_limit, pass_permille, shuffle_questions, shuffle_options, show_answers, questions, rules } = p
    const ok = await save.run(() => call('savePaper', { path: { id: lessonId() }, body: { version, mode, time_limit_s, attempts_limit, pass_permille, shuffle_questions, shuffle_options, show_answers, questions, rules } }), '试卷已保存')
    if (ok) await load()
  }
  void load()
  return { paper, failed, dirty, size, load, add, move, drop, titleOf, write, save }
}
