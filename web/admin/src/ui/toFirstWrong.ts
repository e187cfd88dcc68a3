import { nextTick } from 'vue'

/** Brings the first refused field of a form into sight and gives it the focus; where no field was refused, the reason. */
export async function toFirstWrong(formId: string) {
  await nextTick()
  const at = document.getElementById(formId)?.querySelector<HTMLElement>('[aria-invalid="true"], .err, [role="alert"]')
  at?.scrollIntoView({ block: 'center' })
  if (at?.matches('input, select, textarea')) at.focus({ preventScroll: true })
}
