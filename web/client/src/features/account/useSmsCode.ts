import { ref } from 'vue'
import { ApiError, type Consent } from '@zhizhou/sdk'
import { call, say } from '@/app/api'
import { cleanPhone, phoneProblem } from '@/app/phone'
import { useCountdown } from './useCountdown'

/** Asking for an SMS code: the problem to show beside the phone, whether it was sent, seconds until the next one. */
export function useSmsCode() {
  const problem = ref('')
  const sentTo = ref('')
  const sending = ref(false)
  const { left, start } = useCountdown()
  /** `null` sends to the signed-in person's own phone. A visitor's number may be used only with `consents`. */
  async function send(phone: string | null, consents?: Consent[]) {
    problem.value = phone === null ? '' : phoneProblem(phone)
    if (problem.value || sending.value || left.value > 0) return
    sending.value = true
    try {
      const answer = await call('sendSms', { body: phone === null ? {} : { phone: cleanPhone(phone), consents } })
      sentTo.value = phone === null ? '你的手机号' : cleanPhone(phone).replace(/^(\d{3})\d+(\d{4})$/, '$1****$2')
      start(answer.retry_after_s)
    } catch (e) {
      problem.value = say(e)
      if (e instanceof ApiError && e.retryAfterS > 0) start(e.retryAfterS)
    } finally {
      sending.value = false
    }
  }
  return { problem, sentTo, sending, left, send }
}
