import { onBeforeUnmount, onMounted, reactive, type Ref } from 'vue'
import { attach, type Source } from './source'

export interface VideoHooks { moved: (ms: number, rate: number) => void; sought: (ms: number) => void; paused: () => void; ended: () => void; refused: () => void }
export const RATES = [0.75, 1, 1.25, 1.5, 2]

/** A video element inside `host` (browsers): what it does now, and the orders it takes. Times are ms. */
export function useVideo(host: Ref<HTMLElement | null>, hooks: VideoHooks) {
  const video = document.createElement('video')
  video.className = 'vid-el'
  video.playsInline = true
  video.preload = 'metadata'
  video.setAttribute('controlslist', 'nodownload')
  const state = reactive({ playing: false, waiting: false, ended: false, failed: false, started: false, ms: 0, totalMs: 0, bufferMs: 0, rate: 1, muted: false, quality: -1, qualities: [] as Source['qualities'] })
  let source: Source | null = null
  // What the viewer asked for. It outlives a change of source, which pauses the element on its own account.
  let wanted = false
  let loading = false
  const on = (name: string, f: () => void) => video.addEventListener(name, f)
  on('play', () => { state.playing = true; state.started = true; state.ended = false })
  on('pause', () => {
    if (!loading) wanted = false
    state.playing = state.waiting = false
    hooks.paused()
  })
  on('waiting', () => { state.waiting = !video.paused })
  for (const name of ['playing', 'canplay', 'seeked']) on(name, () => { if (video.paused || video.readyState > 2) state.waiting = false })
  on('durationchange', () => { if (Number.isFinite(video.duration)) state.totalMs = video.duration * 1000 })
  on('ratechange', () => { state.rate = video.playbackRate })
  on('volumechange', () => { state.muted = video.muted || video.volume === 0 })
  on('seeking', () => { state.ms = video.currentTime * 1000; hooks.sought(state.ms) })
  on('ended', () => { state.ended = true; hooks.ended() })
  on('timeupdate', () => {
    state.ms = video.currentTime * 1000
    if (video.buffered.length) state.bufferMs = video.buffered.end(video.buffered.length - 1) * 1000
    if (!video.paused && !video.seeking) hooks.moved(state.ms, video.playbackRate)
  })

  async function load(url: string, startMs: number) {
    loading = true
    source?.destroy()
    state.failed = false
    const rate = state.rate
    source = await attach(video, url, startMs, {
      ready: (s) => {
        loading = false
        state.qualities = s.qualities
        video.playbackRate = rate
        if (wanted) play()
      },
      refused: hooks.refused,
      failed: () => { loading = false; state.failed = true },
    })
  }
  function play() {
    wanted = true
    // Refused without a gesture: the big button stays on the picture. An order overtaken by the loading of a source
    // is repeated when that source is ready.
    return video.play().catch(() => {
      if (!loading) wanted = false
      state.playing = false
    })
  }
  function pause() {
    wanted = false
    video.pause()
  }
  const toggle = () => (video.paused ? play() : pause())
  function seek(ms: number) {
    video.currentTime = Math.min(Math.max(0, ms), state.totalMs || ms) / 1000
  }
  const setRate = (r: number) => { video.playbackRate = video.defaultPlaybackRate = r }
  const mute = () => { video.muted = !video.muted }
  function setQuality(index: number) {
    state.quality = index
    source?.choose(index)
  }
  onMounted(() => host.value?.prepend(video))
  onBeforeUnmount(() => {
    video.pause()
    source?.destroy()
    video.remove()
  })
  return { video, state, load, play, pause, toggle, seek, setRate, mute, setQuality }
}
