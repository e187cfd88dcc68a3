import { reactive } from 'vue'
import type { Agreement } from '@zhizhou/sdk'

/** The agreements that somebody is asked about now; `owner` is the page that shows the question. */
export const consentAsk = reactive({ due: [] as Agreement[], open: false, owner: 0 })

let asking: Promise<boolean> | null = null
let settle: (agreed: boolean) => void = () => undefined

/**
 * Asks for the agreements that are due and tells whether they were accepted. Calls that were refused together share one
 * question; when meanwhile nothing is due any more, nobody is asked.
 */
export function askConsent(due: () => Promise<Agreement[]>): Promise<boolean> {
  asking ??= ask(due).finally(() => { asking = null })
  return asking
}

async function ask(due: () => Promise<Agreement[]>): Promise<boolean> {
  consentAsk.due = await due()
  if (!consentAsk.due.length) return true
  const answer = new Promise<boolean>((resolve) => { settle = resolve })
  consentAsk.open = true
  return answer
}

/** Ends the question. */
export function answerConsent(agreed: boolean) {
  Object.assign(consentAsk, { open: false, owner: 0 })
  settle(agreed)
}
