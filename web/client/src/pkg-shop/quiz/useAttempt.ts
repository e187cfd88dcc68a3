import { computed, onBeforeUnmount, ref } from 'vue'
import type { Attempt, QuizReply } from '@zhizhou/sdk'
import { call, isRefusal, say } from '@/app/api'
import { answered } from '@/features/quiz/words'

const SAVE_AFTER_MS = 800
const AGAIN_AFTER_MS = 4000

/** An attempt that runs: answers by number, kept on the server as they change, and the server's clock. */
export function useAttempt() {
  const attempt = ref<Attempt | null>(null)
  const replies = ref<Record<number, QuizReply>>({})
  const dirty = new Set<number>()
  const state = ref<'saved' | 'saving' | 'unsaved'>('saved')
  const trouble = ref('')
  const submitting = ref(false)
  const leftMs = ref(0)
  let skew = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> = Promise.resolve()

  function take(a: Attempt) {
    attempt.value = a
    skew = a.now_at - Date.now()
    replies.value = Object.fromEntries(a.questions.filter((q) => q.reply && (!dirty.has(q.no) || a.state !== 'started')).map((q) => [q.no, q.reply as QuizReply]))
    tick()
  }
  const named = (numbers: number[]) => numbers.map((no) => ({ no, reply: replies.value[no] ?? {} }))
  function later(ms: number) {
    clearTimeout(timer)
    timer = setTimeout(() => { running = save() }, ms)
  }
  async function save() {
    const a = attempt.value
    const numbers = [...dirty]
    if (!a || a.state !== 'started' || !numbers.length) return
    state.value = 'saving'
    dirty.clear()
    try {
      const got = await call('saveAttempt', { path: { id: a.id }, body: { replies: named(numbers) } })
      skew = got.now_at - Date.now()
      state.value = dirty.size ? 'unsaved' : 'saved'
    } catch (e) {
      numbers.forEach((n) => dirty.add(n))
      state.value = 'unsaved'
      if (isRefusal(e)) trouble.value = say(e)
      else later(AGAIN_AFTER_MS)
    }
  }
  function answer(no: number, r: QuizReply) {
    replies.value = { ...replies.value, [no]: r }
    dirty.add(no)
    state.value = 'unsaved'
    later(SAVE_AFTER_MS)
  }
  /** Saves what is not saved yet, at once: the page is being left. */
  const flush = () => { clearTimeout(timer); running = running.then(save) }
  async function submit() {
    if (submitting.value || !attempt.value) return
    submitting.value = true
    trouble.value = ''
    clearTimeout(timer)
    await running.catch(() => undefined)
    const body = { replies: named([...dirty]) }
    await call('submitAttempt', { path: { id: attempt.value.id }, body }).then((a) => { dirty.clear(); take(a) }, (e) => { trouble.value = say(e) })
    submitting.value = false
  }
  function tick() {
    const a = attempt.value
    if (!a || a.state !== 'started' || !a.deadline_at) return
    leftMs.value = a.deadline_at - (Date.now() + skew)
    if (leftMs.value <= 0 && !trouble.value) submit()
  }
  const clock = setInterval(tick, 1000)
  onBeforeUnmount(() => { clearInterval(clock); flush() })
  const missing = computed(() => attempt.value?.questions.filter((q) => !answered(replies.value[q.no])).map((q) => q.no) ?? [])
  return { attempt, replies, state, trouble, submitting, leftMs, missing, take, answer, flush, submit }
}
