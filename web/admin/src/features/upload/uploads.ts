import { reactive } from 'vue'
import { Upload } from 'tus-js-client'
import { forget, remember } from './memory'
import { isFinal, reason, Refused } from './reason'
import { Rate } from './rate'

export type Purpose = 'video' | 'document' | 'ebook' | 'image' | 'attachment' | 'archive'

/** A video or document on its way to the server, by the lesson it is for. */
export interface Task {
  lessonId: number
  purpose: Purpose
  name: string
  bytes: number
  sent: number
  speed: number
  leftS: number
  /** `failed` can go on, `refused` cannot: the server has said no to this very file. */
  state: 'running' | 'paused' | 'failed' | 'refused'
  message: string
}
type Live = { task: Task; tus: Upload; rate: Rate }

const live = new Map<number, Live>()
/** Uploads under way; they go on while other lessons or pages are open. */
export const tasks = reactive(new Map<number, Task>())

async function assetOf(tus: Upload, header?: string): Promise<number> {
  if (header) return Number(header)
  // A proxy may drop unknown headers; the upload itself knows what became of it.
  const answer = await fetch(tus.url!, { credentials: 'same-origin', headers: { Accept: 'application/json' } })
  const body = (await answer.json()) as { asset_id?: number; detail?: string }
  if (!body.asset_id) throw answer.status >= 400 && answer.status < 500 ? new Refused(body.detail) : new Error('upload without asset')
  return body.asset_id
}

/** Forgets where an upload stood, so that the same file begins anew. The server has thrown away what it refused. */
async function disown(tus: Upload) {
  for (const p of await tus.findPreviousUploads()) await tus.options.urlStorage?.removeUpload(p.urlStorageKey)
}

/** Starts, or resumes after a reload, the upload of `file` for a lesson. `arrived` gets the id of the new asset or document. */
export async function startUpload(lessonId: number, file: File, arrived: (madeId: number) => Promise<void>, purpose: Purpose = 'video') {
  const task = reactive<Task>({ lessonId, purpose, name: file.name, bytes: file.size, sent: 0, speed: 0, leftS: 0, state: 'running', message: '' })
  const rate = new Rate()
  function fail(e: Error) {
    const final = isFinal(e)
    Object.assign(task, { state: final ? 'refused' : 'failed', message: reason(e), speed: 0, leftS: 0 })
    if (!final) return
    // Nothing of it is worth keeping, here or there: the same file would be refused again.
    forget(lessonId)
    void disown(tus)
  }
  const tus = new Upload(file, {
    endpoint: '/api/console/uploads/',
    chunkSize: 16 * 1024 * 1024,
    retryDelays: [0, 1000, 3000, 5000, 10_000],
    removeFingerprintOnSuccess: true,
    metadata: { filename: file.name, filetype: file.type, purpose },
    onProgress(sent) {
      rate.note(Date.now(), sent)
      Object.assign(task, { sent, speed: rate.perSecond, leftS: rate.left(file.size) })
    },
    onError: fail,
    onSuccess({ lastResponse }) {
      assetOf(tus, lastResponse.getHeader('Zz-Asset-Id'))
        .then(arrived)
        .then(() => {
          drop(lessonId)
        }, fail)
    },
  })
  live.set(lessonId, { task, tus, rate })
  tasks.set(lessonId, task)
  remember(lessonId, file)
  const before = await tus.findPreviousUploads()
  if (before.length) tus.resumeFromPreviousUpload(before[0])
  tus.start()
}

/** Stops sending; what the server has stays there. */
export async function pauseUpload(lessonId: number) {
  const u = live.get(lessonId)
  if (!u) return
  await u.tus.abort()
  u.rate.reset()
  Object.assign(u.task, { state: 'paused', speed: 0, leftS: 0 })
}

/** Goes on where the server is. */
export function resumeUpload(lessonId: number) {
  const u = live.get(lessonId)
  if (!u) return
  Object.assign(u.task, { state: 'running', message: '' })
  u.tus.start()
}

/** Gives the upload up and lets the server throw away what it has. */
export async function cancelUpload(lessonId: number) {
  await live
    .get(lessonId)
    ?.tus.abort(true)
    .catch(() => undefined)
  drop(lessonId)
}

function drop(lessonId: number) {
  live.delete(lessonId)
  tasks.delete(lessonId)
  forget(lessonId)
}

// The tab alone holds the file: closing it stops the upload, so the browser asks first.
window.addEventListener('beforeunload', (e) => {
  if ([...tasks.values()].some((t) => t.state === 'running')) e.preventDefault()
})
