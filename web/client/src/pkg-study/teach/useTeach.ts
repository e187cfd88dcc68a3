import { computed, reactive, ref, watch } from 'vue'
import { ApiError, type TeachingApplication, type TeachingDesk, type TeachingFile } from '@zhizhou/sdk'
import { call, say } from '@/app/api'
import { useLoad } from '@/app/useLoad'
import { pickFile } from '../homework/files'
import { fieldsOf } from './fields'

const MOST_BYTES = 10 << 20

/** An own application to teach: what is written, the papers beside it, and what became of it. */
export function useTeach() {
  const fetched = useLoad(() => call('teaching'))
  const desk = fetched.data
  const form = reactive({ name: '', title: '', bio: '', fields: '' })
  const errors = ref<Record<string, string>>({})
  const files = ref<TeachingFile[]>([])
  const busy = ref('')
  const last = computed<TeachingApplication | undefined>(() => desk.value?.own[0])
  const open = computed(() => !last.value || last.value.state === 'rejected' || last.value.state === 'withdrawn')
  let filled = false

  // What was written before is where the next try begins, once: an answer never overwrites what is typed.
  watch(desk, (d: TeachingDesk | null) => {
    if (!d) return
    files.value = d.drafts
    if (filled) return
    filled = true
    const a = d.own[0]
    if (a) Object.assign(form, { name: a.name, title: a.title, bio: a.bio, fields: a.fields.join('、') })
  })

  async function run(what: string, work: () => Promise<unknown>) {
    if (busy.value) return
    busy.value = what
    errors.value = {}
    try {
      await work()
    } catch (e) {
      errors.value = e instanceof ApiError && Object.keys(e.fields ?? {}).length ? { ...e.fields } : { form: say(e) }
    } finally {
      busy.value = ''
    }
  }
  const attach = () => run('file', async () => {
    const f = await pickFile(MOST_BYTES, 'image/jpeg,image/png,image/webp,application/pdf')
    if (!f) return
    if (f.problem) errors.value = { form: f.problem }
    else files.value = [...files.value, await call('addTeachingFile', { query: { name: f.name }, body: f.body, rawType: f.type })]
  })
  const drop = (f: TeachingFile) => run('drop', async () => {
    await call('dropTeachingFile', { path: { id: f.id } })
    files.value = files.value.filter((x) => x.id !== f.id)
  })
  const send = () => run('send', async () => {
    desk.value = await call('applyTeaching', { body: { name: form.name, title: form.title, bio: form.bio, fields: fieldsOf(form.fields), files: files.value.map((f) => f.id) } })
  })
  const withdraw = (a: TeachingApplication) => run('withdraw', async () => {
    await call('withdrawTeaching', { path: { id: a.id } })
    await fetched.run()
  })
  return { fetched, desk, form, errors, files, busy, last, open, attach, drop, send, withdraw }
}
