import { ref } from 'vue'

/** The message that the page shows and screen readers hear; '' for none. */
export const notice = ref('')
let timer: ReturnType<typeof setTimeout> | undefined

/** Says for three seconds that something was done. Errors stay beside what failed instead. */
export function done(text: string) {
  clearTimeout(timer)
  notice.value = text
  timer = setTimeout(() => {
    notice.value = ''
  }, 3000)
}
