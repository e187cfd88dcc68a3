import { reactive } from 'vue'
import type { Note, NoteSpot } from '@zhizhou/sdk'
import { call, say } from '@/app/api'
import { auth } from '@/app/auth'

/** What the reader wrote and marked in one lesson. `lost` are passages that are not in the text any more. */
export function useNotes(lessonId: () => number) {
  const notes = reactive({
    items: [] as Note[],
    known: false,
    problem: '',
    lost: [] as number[],
    /** Asks for them once; visitors have none. */
    async load() {
      if (!auth.user || !lessonId()) return
      notes.problem = ''
      try {
        notes.items = (await call('lessonNotes', { path: { id: lessonId() } })).items
        notes.known = true
      } catch (e) {
        notes.problem = say(e)
      }
    },
    async add(spot: NoteSpot, body = '', share = false) {
      const n = await call('addNote', { path: { id: lessonId() }, body: { ...spot, body, share } })
      notes.items = [...notes.items, n]
      return n
    },
    async edit(id: number, version: number, body: string, share: boolean) {
      const n = await call('editNote', { path: { id }, body: { version, body, share } })
      notes.items = notes.items.map((x) => (x.id === id ? n : x))
      return n
    },
    async drop(id: number) {
      await call('deleteNote', { path: { id } })
      notes.items = notes.items.filter((x) => x.id !== id)
    },
  })
  return notes
}
export type Notes = ReturnType<typeof useNotes>
