import { attach, type Source } from '../player/source'

/** What is shown of a sound where the system shows it. */
export interface About { title: string; course: string; cover: string }
export interface SpeakerHooks {
  moved: (ms: number) => void
  playing: (on: boolean) => void
  waiting: (on: boolean) => void
  total: (ms: number) => void
  ended: () => void
  refused: () => void
  failed: () => void
  next: () => void
  prev: () => void
}
export interface Speaker {
  load: (url: string, startMs: number, about: About, play: boolean) => void
  play: () => void
  pause: () => void
  stop: () => void
  seek: (ms: number) => void
  rate: (r: number) => void
  now: () => number
}

/** The speaker of browsers: one sound element that outlives pages, so that one tap unlocks all that follows. */
export function webSpeaker(hooks: SpeakerHooks): Speaker {
  const el = document.createElement('audio')
  el.preload = 'metadata'
  let source: Source | null = null
  let wanted = false
  let loading = false
  let turn = 0
  let speed = 1
  const on = (name: string, f: () => void) => el.addEventListener(name, f)
  on('play', () => hooks.playing(true))
  on('pause', () => {
    if (!loading) wanted = false
    hooks.playing(false)
  })
  on('waiting', () => hooks.waiting(!el.paused))
  for (const name of ['playing', 'canplay', 'seeked']) on(name, () => hooks.waiting(false))
  on('durationchange', () => { if (Number.isFinite(el.duration)) hooks.total(el.duration * 1000) })
  on('ended', hooks.ended)
  on('timeupdate', () => { if (!el.paused && !el.seeking) hooks.moved(el.currentTime * 1000) })
  const start = () => { void el.play().catch(() => { if (!loading) wanted = false }) }
  async function load(url: string, startMs: number, _about: About, play: boolean) {
    const mine = ++turn
    loading = true
    wanted = play || wanted
    source?.destroy()
    // hls.js and browsers alike take any media element.
    const made = await attach(el as unknown as HTMLVideoElement, url, startMs, {
      ready: () => {
        if (mine !== turn) return
        loading = false
        el.playbackRate = speed
        if (wanted) start()
      },
      refused: hooks.refused,
      failed: () => { loading = false; hooks.failed() },
    })
    if (mine === turn) source = made
    else made.destroy()
  }
  return {
    load: (url, startMs, about, play) => { void load(url, startMs, about, play) },
    play: () => { wanted = true; start() },
    pause: () => { wanted = false; el.pause() },
    stop: () => { wanted = loading = false; turn++; el.pause(); source?.destroy(); source = null },
    seek: (ms) => { el.currentTime = ms / 1000 },
    rate: (r) => { speed = r; el.playbackRate = el.defaultPlaybackRate = r },
    now: () => el.currentTime * 1000,
  }
}
