import { computed, ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { call } from '@/app/api'
import { loadBadges } from '@/app/badges'
import { locked, me, setMe } from '@/app/auth'
import { homeFor } from '@/app/pages'
import { useSave } from '@/app/useSave'

/** Where a sign-in stands: password, then the code of the app, or setting the second factor up. */
export type Step = 'password' | 'code' | 'enrol'

/** The road from password through the second factor to the page that was wanted. */
export function useSignIn() {
  const route = useRoute()
  const router = useRouter()
  const save = useSave()
  const first: Step = locked.value ? (me.value?.totp_enabled ? 'code' : 'enrol') : 'password'
  const step = ref<Step>(first)

  async function enter() {
    const next = route.query.next
    void loadBadges()
    // Only an address of this console may follow: a link must not be able to send people elsewhere.
    const inside = typeof next === 'string' && next.startsWith('/') && !next.startsWith('//')
    await router.replace(inside ? next : { name: homeFor(me.value?.permissions ?? []) })
  }
  const signIn = (login: string, password: string) =>
    save.run(async () => {
      const answer = await call('login', { body: { login, password } })
      setMe({ ...answer.staff, mfa: false })
      if (answer.must_enrol) step.value = 'enrol'
      else if (answer.needs_totp) step.value = 'code'
      else await enter()
    })
  const pass = (code: string) =>
    save.run(async () => {
      setMe(await call('totp', { body: { code: code.replace(/\s/g, '') } }))
      await enter()
    })
  async function enrolled() {
    setMe(await call('me'))
    await enter()
  }
  function restart() {
    save.clear()
    setMe(null)
    step.value = 'password'
  }
  return { step, signIn, pass, enrolled, restart, busy: save.busy, error: save.error, message: computed(() => save.message.value) }
}
