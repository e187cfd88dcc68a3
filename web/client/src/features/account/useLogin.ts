import { computed, ref, watch } from 'vue'
import { ApiError, type Consent, type Session } from '@zhizhou/sdk'
import { call, say } from '@/app/api'
import { auth } from '@/app/auth'
import { cameAs, device, deviceTold, told } from '@/app/came'
import { tellVisitor } from '@/app/session'
import { forgetInvite, invitedBy } from '@/app/invite'
import { goReturn } from '@/app/nav'
import { knowShop, shop } from '@/app/shop'
import { cleanPhone, codeProblem, phoneProblem } from '@/app/phone'

/** Signing in by SMS code, password or the mini program; consent is always the visitor's own tick. */
export function useLogin() {
  const phone = ref('')
  const code = ref('')
  const password = ref('')
  const agreed = ref(false)
  const busy = ref(false)
  const errors = ref<Record<string, string>>({})
  const to = ref('')
  const agreements = computed(() => shop.value?.agreements ?? [])
  const consents = (): Consent[] => agreements.value.map((a) => ({ kind: a.kind, version: a.version }))

  const given = computed(() => (agreed.value ? consents() : null))
  const remind = () => { errors.value = { agreed: '请先阅读并同意协议' } }

  watch(agreed, () => { errors.value = Object.fromEntries(Object.entries(errors.value).filter(([k]) => k !== 'agreed')) })

  async function enter(problems: Record<string, string>, ask: () => Promise<Session>, then: () => void) {
    errors.value = Object.fromEntries(Object.entries(problems).filter(([, v]) => v))
    if (!agreed.value) errors.value.agreed = '请先阅读并同意协议'
    if (Object.keys(errors.value).length || busy.value) return
    busy.value = true
    try {
      await knowShop()
      const session = await ask()
      auth.accept(session)
      deviceTold(session.user.id)
      forgetInvite()
      then()
      goReturn(to.value)
    } catch (e) {
      const fields = e instanceof ApiError ? e.fields : {}
      errors.value = Object.keys(fields).length ? fields : { form: say(e) }
    } finally {
      busy.value = false
    }
  }
  const bySms = () => enter({ phone: phoneProblem(phone.value), code: codeProblem(code.value) },
    () => call('loginSms', { body: { phone: cleanPhone(phone.value), code: code.value.trim(), consents: consents(), invite: invitedBy(), visitor: cameAs(), device: device() } }), told)
  const byPassword = () => enter({ phone: phoneProblem(phone.value), password: password.value ? '' : '请填写密码' },
    () => call('loginPassword', { body: { phone: cleanPhone(phone.value), password: password.value, consents: consents(), device: device() } }), tellVisitor)
  const byMini = () => enter({}, async () => call('loginMp', { body: { code: await miniCode(), consents: consents(), invite: invitedBy(), visitor: cameAs(), device: device() } }), told)
  return { phone, code, password, agreed, busy, errors, to, agreements, given, remind, bySms, byPassword, byMini }
}

/** A fresh wx.login code. Mini program only. */
export function miniCode(): Promise<string> {
  return new Promise((resolve, reject) => uni.login({ provider: 'weixin', success: (r) => resolve(r.code), fail: reject }))
}
