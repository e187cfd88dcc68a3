import { reactive } from 'vue'

/** What plays now, for what stands beside the player: transcript and parts. `until` is how far it is open, ms; `heard` turns true with the first sound. */
export const stage = reactive({
  lessonId: 0,
  ms: 0,
  until: Infinity,
  heard: false,
  seek: (_ms: number): void => undefined,
})

/** A player takes the stage. */
export function take(lessonId: number, seek: (ms: number) => void): void {
  Object.assign(stage, { lessonId, ms: 0, until: Infinity, seek })
}
