import { onBeforeUnmount } from 'vue'

const EVERY_MS = 2000
const GIVE_UP_MS = 5 * 60 * 1000

/** Asks every two seconds until `ask` says true; a failed question is simply asked again. Gives up after five minutes. */
export function usePoll(ask: () => Promise<boolean>, gaveUp: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let turn = 0
  function stop() {
    turn++
    clearTimeout(timer)
  }
  function start() {
    stop()
    const mine = turn
    const until = Date.now() + GIVE_UP_MS
    const round = async () => {
      let done = false
      try {
        done = await ask()
      } catch {
        done = false
      }
      if (mine !== turn || done) return
      if (Date.now() > until) gaveUp()
      else timer = setTimeout(round, EVERY_MS)
    }
    timer = setTimeout(round, EVERY_MS / 2)
  }
  onBeforeUnmount(stop)
  return { start, stop }
}
