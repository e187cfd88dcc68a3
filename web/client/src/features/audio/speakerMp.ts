import type { Speaker, SpeakerHooks } from './speaker'

/** The speaker of the mini program: WeChat's own, which goes on when the program is left and shows itself on the lock screen. */
export function wechatSpeaker(hooks: SpeakerHooks): Speaker {
  const m = uni.getBackgroundAudioManager() as UniApp.BackgroundAudioManager & { protocol?: string; playbackRate?: number }
  let speed = 1
  m.onPlay(() => hooks.playing(true))
  m.onPause(() => hooks.playing(false))
  m.onStop(() => hooks.playing(false))
  m.onWaiting(() => hooks.waiting(true))
  m.onCanplay(() => {
    hooks.waiting(false)
    if (m.duration > 0) hooks.total(m.duration * 1000)
  })
  m.onEnded(hooks.ended)
  m.onTimeUpdate(() => hooks.moved(m.currentTime * 1000))
  m.onError(hooks.refused)
  m.onNext(hooks.next)
  m.onPrev(hooks.prev)
  return {
    load(url, startMs, about, play) {
      if (!play) return // setting the source plays it
      m.protocol = 'hls'
      m.title = about.title
      m.epname = about.course
      m.singer = about.course
      if (about.cover) m.coverImgUrl = about.cover
      m.startTime = startMs / 1000
      m.playbackRate = speed
      m.src = url
    },
    play: () => m.play(),
    pause: () => m.pause(),
    stop: () => m.stop(),
    seek: (ms) => m.seek(ms / 1000),
    rate: (r) => { speed = r; m.playbackRate = r },
    now: () => (m.currentTime || 0) * 1000,
  }
}
