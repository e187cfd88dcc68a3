import { ref } from 'vue'
import { ApiError, type User } from '@zhizhou/sdk'
import { say } from '@/app/api'
import { auth } from '@/app/auth'

/** Saving a small form that answers with the user: busy, errors by field (`form` for the rest), and what was done. */
export function useForm() {
  const busy = ref(false)
  const errors = ref<Record<string, string>>({})
  const done = ref('')
  async function save(problems: Record<string, string>, work: () => Promise<User>, said: string): Promise<boolean> {
    done.value = ''
    errors.value = Object.fromEntries(Object.entries(problems).filter(([, v]) => v))
    if (Object.keys(errors.value).length || busy.value) return false
    busy.value = true
    try {
      auth.user = await work()
      done.value = said
      return true
    } catch (e) {
      const fields = e instanceof ApiError ? e.fields : {}
      errors.value = Object.keys(fields).length ? fields : { form: say(e) }
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, errors, done, save }
}
