import { onBeforeUnmount, ref } from 'vue'

/** Seconds until something may be done again; counts by the clock, so a sleeping phone does not stretch it. */
export function useCountdown() {
  const left = ref(0)
  let until = 0
  let timer: ReturnType<typeof setInterval> | undefined
  function tick() {
    left.value = Math.max(0, Math.ceil((until - Date.now()) / 1000))
    if (left.value === 0) stop()
  }
  function stop() {
    clearInterval(timer)
    timer = undefined
  }
  function start(seconds: number) {
    until = Date.now() + seconds * 1000
    stop()
    tick()
    if (left.value > 0) timer = setInterval(tick, 500)
  }
  onBeforeUnmount(stop)
  return { left, start }
}
