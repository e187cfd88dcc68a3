import type Hls from 'hls.js'

/** A playing source: its qualities (empty when the browser decides alone) and how to leave it. */
export interface Source {
  qualities: { name: string; index: number }[]
  /** Chooses a quality by index; −1 lets the player decide. */
  choose: (index: number) => void
  destroy: () => void
}
export interface SourceHooks { ready: (s: Source) => void; refused: () => void; failed: () => void }

const native = (v: HTMLVideoElement) => v.canPlayType('application/vnd.apple.mpegurl') !== ''

/** At this start a source is live: it plays what comes now, a few seconds behind. */
export const LIVE = -1
// Two segments behind: what the server makes anew each two seconds.
const liveConfig = { liveSyncDuration: 4.5, liveMaxLatencyDuration: 15, maxLiveSyncPlaybackRate: 1.1, maxBufferLength: 12, backBufferLength: 20, manifestLoadingMaxRetry: 6 }

/** Connects an HLS playlist to a video element: hls.js where media source extensions exist, else the browser itself. */
export async function attach(video: HTMLVideoElement, url: string, startMs: number, hooks: SourceHooks): Promise<Source> {
  const { default: HlsLib } = await import('hls.js')
  if (HlsLib.isSupported()) return viaHls(new HlsLib(startMs === LIVE ? liveConfig : { startPosition: startMs / 1000, capLevelToPlayerSize: true, maxBufferLength: 30 }), HlsLib, video, url, hooks)
  if (native(video)) return viaBrowser(video, url, startMs, hooks)
  hooks.failed()
  return { qualities: [], choose: () => undefined, destroy: () => undefined }
}

function viaHls(hls: Hls, lib: typeof Hls, video: HTMLVideoElement, url: string, hooks: SourceHooks): Source {
  const source: Source = {
    qualities: [],
    choose: (index) => { hls.currentLevel = index },
    destroy: () => hls.destroy(),
  }
  let recovered = false
  hls.on(lib.Events.MANIFEST_PARSED, () => {
    source.qualities = hls.levels.map((l, index) => ({ name: `${l.height}p`, index })).filter((q) => q.name !== '0p').reverse()
    hooks.ready(source)
  })
  hls.on(lib.Events.ERROR, (_, e) => {
    if (e.response?.code === 403 || e.response?.code === 410) return hooks.refused()
    if (!e.fatal) return
    if (e.type === lib.ErrorTypes.MEDIA_ERROR && !recovered) {
      recovered = true
      hls.recoverMediaError()
    } else hooks.failed()
  })
  hls.loadSource(url)
  hls.attachMedia(video)
  return source
}

function viaBrowser(video: HTMLVideoElement, url: string, startMs: number, hooks: SourceHooks): Source {
  const source: Source = { qualities: [], choose: () => undefined, destroy: () => { video.removeAttribute('src'); video.load() } }
  video.addEventListener('loadedmetadata', () => {
    if (startMs > 0) video.currentTime = startMs / 1000
    hooks.ready(source)
  }, { once: true })
  // The browser does not tell a refused segment from a broken one; renewing first is right for both.
  video.addEventListener('error', () => hooks.refused(), { once: true })
  video.src = url
  return source
}
