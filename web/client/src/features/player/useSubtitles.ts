import { reactive, watch } from 'vue'
import type { SubtitleTrack } from '@zhizhou/sdk'
import { media } from '@/app/api'

const KEPT = 'zz_subtitle'

/** Which language was chosen on this device; '' for none. */
export const chosen = {
  get: () => String(uni.getStorageSync(KEPT) || ''),
  set: (language: string) => uni.setStorageSync(KEPT, language),
}

/** Gives a video element its subtitles as tracks of its own, which also show where the system plays it. */
export function useSubtitles(video: HTMLVideoElement, tracks: () => SubtitleTrack[]) {
  const state = reactive({ language: chosen.get() })
  let made: HTMLTrackElement[] = []
  function show() {
    for (const t of made) t.track.mode = t.srclang === state.language ? 'showing' : 'disabled'
  }
  watch(tracks, (list) => {
    for (const t of made) t.remove()
    made = list.map((t) => {
      const el = document.createElement('track')
      Object.assign(el, { kind: 'subtitles', label: t.label, srclang: t.language, src: media(t.url) })
      video.append(el)
      return el
    })
    show()
  }, { immediate: true })
  function choose(language: string) {
    state.language = language
    chosen.set(language)
    show()
  }
  return { state, choose }
}
