/** An upload that a reload cut off: choosing the same file again continues it. */
export interface Pending {
  name: string
  bytes: number
  at: number
}

const key = (lessonId: number) => `zz.upload.${lessonId}`
// The server sweeps unfinished uploads away; an older note would promise too much.
const keepMs = 24 * 3600 * 1000

/** Notes that a file is on its way for a lesson. */
export function remember(lessonId: number, file: { name: string; size: number }, now = Date.now()) {
  try {
    localStorage.setItem(key(lessonId), JSON.stringify({ name: file.name, bytes: file.size, at: now } satisfies Pending))
  } catch {
    /* a full or closed store only costs the reminder */
  }
}

/** Removes the note. */
export function forget(lessonId: number) {
  try {
    localStorage.removeItem(key(lessonId))
  } catch {
    /* see remember */
  }
}

/** The upload that was cut off for a lesson, null when there is none or it is too old. */
export function pending(lessonId: number, now = Date.now()): Pending | null {
  try {
    const p = JSON.parse(localStorage.getItem(key(lessonId)) ?? 'null') as Pending | null
    return p && now - p.at < keepMs ? p : null
  } catch {
    return null
  }
}
