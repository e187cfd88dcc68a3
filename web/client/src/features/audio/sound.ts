import { reactive, watch } from 'vue'
import type { Lesson, OutlineLesson, Play, Progress } from '@zhizhou/sdk'
import { ApiError } from '@zhizhou/sdk'
import { call, media, say } from '@/app/api'
import { auth } from '@/app/auth'
import { heartbeat } from '../player/useHeartbeat'
import { Watched } from '../player/intervals'
import { InOrder, ORDER_RATE, sayAhead } from '../player/inOrder'
import type { PlayProblem } from '../player/usePlay'
import { stage, take } from '../player/stage'
import { onHush } from './hush'
import { due, setSleep, sleep } from './sleep'
import type { About, Speaker, SpeakerHooks } from './speaker'
// #ifdef H5
import { announce, tellPosition } from '../player/mediaSession'
import { webSpeaker } from './speaker'
// #endif
// #ifndef H5
import { wechatSpeaker } from './speakerMp'
// #endif

const RATE = 'zz_audio_rate'
const LEAP_MS = 15_000
export const RATES = [0.75, 1, 1.25, 1.5, 2]
export type Queued = Pick<OutlineLesson, 'id' | 'title' | 'no' | 'duration_ms'>

/** What is being listened to. It outlives pages: one sound at a time, wherever the listener is. Times are ms. */
export const sound = reactive({
  lesson: null as Lesson | null, queue: [] as Queued[], play: null as Play | null, problem: null as PlayProblem | null,
  progress: null as Progress | null, opening: false, playing: false, waiting: false, ended: false, ms: 0, totalMs: 0, rate: 1, loaded: false,
})
let speaker: Speaker | null = null
let order = new InOrder({ in_order: false, reach_ms: 0 })
let renewals = 0
let startMs = 0

const beat = heartbeat({
  progress: (p) => { sound.progress = p; const back = order.counted(p); if (back >= 0) jump(back); stage.until = order.until },
  taken: (message) => { pause(); sound.problem = { code: 'play_taken_over', message, requestId: '' } },
  lost: () => { void renew() },
}, () => new Watched(Date.now))

const hooks: SpeakerHooks = {
  moved: (ms) => {
    renewals = 0
    moved(ms)
  },
  playing: (on) => { sound.playing = on; sound.waiting = on && sound.waiting; if (on) sound.ended = false; else void beat.flush() },
  waiting: (on) => { sound.waiting = on },
  total: (ms) => { sound.totalMs = ms },
  ended: () => { void ended() },
  refused: () => { void renew() },
  failed: () => fail('音频没有打开，请稍后再试。'),
  next: () => { void step(1) },
  prev: () => { void step(-1) },
}

function device(): Speaker {
  if (speaker) return speaker
  // #ifdef H5
  speaker = webSpeaker(hooks)
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') void beat.flush(true) })
  // #endif
  // #ifndef H5
  speaker = wechatSpeaker(hooks)
  // #endif
  // The system tells positions seldom while the screen is locked: ask for them.
  setInterval(() => { if (sound.playing && speaker) moved(speaker.now()) }, 1000)
  setRate(Number(uni.getStorageSync(RATE)) || 1, false)
  return speaker
}

function moved(ms: number) {
  if (due()) return pause()
  const end = sound.play?.preview ? sound.play.preview_ms : 0
  sound.ms = ms
  order.played(ms)
  if (stage.lessonId === sound.lesson?.id) Object.assign(stage, { ms, until: order.until })
  beat.observe(ms, sound.rate)
  // #ifdef H5
  tellPosition(ms, sound.totalMs, sound.rate)
  // #endif
  if (end > 0 && ms >= end) pause()
}

function fail(message: string, code = 'media_failed', requestId = '') {
  sound.problem = { code, message, requestId }
}

async function begin(l: Lesson, atMs: number | null, play: boolean) {
  sound.opening = true
  sound.problem = null
  try {
    const p = await call('play', { path: { id: l.id }, query: {} })
    if (sound.lesson?.id !== l.id) return
    sound.play = p
    sound.totalMs = p.preview ? p.preview_ms : p.duration_ms
    startMs = order.allow(atMs ?? (p.resume_ms < p.duration_ms - 3000 ? p.resume_ms : 0))
    sound.ms = startMs
    beat.begin(p.play_id)
    beat.seek(startMs)
    sound.loaded = play
    const about: About = { title: l.title, course: l.course_title, cover: l.cover_url ? media(l.cover_url) : '' }
    device().load(media(p.playlist_url), startMs, about, play)
    // #ifdef H5
    sound.loaded = true
    announce(l.title, l.course_title, about.cover, { play: toggle, pause, by, next: other(1) ? () => { void step(1) } : null, prev: other(-1) ? () => { void step(-1) } : null, seek })
    // #endif
  } catch (e) {
    fail(say(e), e instanceof ApiError ? e.code : 'unexpected', e instanceof ApiError ? e.requestId : '')
  } finally {
    sound.opening = false
  }
}

/** Makes a lesson ready, and plays it when `play`. What was heard before ends. */
export async function listen(l: Lesson, queue: Queued[], play: boolean): Promise<void> {
  if (sound.lesson && sound.lesson.id !== l.id) await beat.end()
  Object.assign(sound, { lesson: l, queue, play: null, progress: null, ended: false, ms: l.position_ms, totalMs: l.duration_ms, loaded: false })
  order = new InOrder(l)
  take(l.id, seek)
  Object.assign(stage, { ms: l.position_ms, until: order.until, heard: true })
  device()
  if (l.in_order && sound.rate > ORDER_RATE) setRate(ORDER_RATE, false)
  await begin(l, null, play)
}

/** Opens anew where it is: the addresses have expired, or another device gave the place back. */
export async function renew(): Promise<void> {
  if (!sound.lesson || sound.opening) return
  if (++renewals > 3) return fail('音频没有打开，请稍后再试。')
  await begin(sound.lesson, sound.ms, sound.playing || sound.waiting)
}
export async function again(): Promise<void> {
  renewals = 0
  if (sound.lesson) await begin(sound.lesson, sound.ended ? 0 : sound.ms, true)
}
export function pause() { speaker?.pause() }
onHush(pause)
export function toggle() {
  if (sound.playing) return pause()
  if (sound.ended || (sound.play?.preview && sound.ms >= sound.play.preview_ms)) jump(0)
  if (sound.loaded) device().play()
  else void again()
}
function jump(ms: number) {
  sound.ms = ms
  beat.seek(ms)
  if (sound.loaded) device().seek(ms)
  if (stage.lessonId === sound.lesson?.id) stage.ms = ms
}
export function seek(ms: number) {
  const want = Math.min(Math.max(0, ms), sound.totalMs || ms)
  const to = order.allow(want)
  if (to < want) sayAhead()
  jump(to)
}
export const by = (ms: number) => seek(sound.ms + ms)
export const leap = (way: 1 | -1) => by(way * LEAP_MS)
export function setRate(r: number, keep = true) {
  sound.rate = r
  device().rate(r)
  if (keep) uni.setStorageSync(RATE, String(r))
}
export function other(way: 1 | -1): Queued | undefined {
  const at = sound.queue.findIndex((q) => q.id === sound.lesson?.id)
  return at < 0 ? undefined : sound.queue[at + way]
}
/** Goes to a neighbour in the list of the course. */
export async function step(way: 1 | -1): Promise<void> {
  const to = other(way)
  if (to) await turn(to.id)
}
export async function turn(id: number): Promise<void> {
  const l = await call('lesson', { path: { id } }).catch((e) => { fail(say(e)); return null })
  if (!l) return
  if (!l.access.allowed && l.access.reason !== 'preview') return fail(`「${l.title}」还不能听`, 'lesson_locked')
  await listen(l, sound.queue, true)
}
async function ended() {
  sound.ended = true
  await beat.flush()
  if (sleep.atEnd) return setSleep(0)
  if (!sound.play?.preview) await step(1)
}
/** Ends it and gives the place back. */
export async function close(): Promise<void> {
  speaker?.stop()
  setSleep(0)
  Object.assign(sound, { lesson: null, queue: [], play: null, playing: false, loaded: false })
  await beat.end()
}
watch(() => auth.user?.id, (now, was) => { if (was && now !== was) void close() })
