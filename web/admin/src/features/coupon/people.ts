import { call } from '@/app/api'
import type { UserRow } from '@/app/types'

/** What a pasted text names: phones, user ids, and words that are neither. Each once. */
export function peopleIn(text: string): { phones: string[]; ids: number[]; strange: string[] } {
  const words = [...new Set(text.split(/[\s,，;；、]+/).filter(Boolean))]
  const phones = words.filter((w) => /^1\d{10}$/.test(w))
  const ids = words.filter((w) => /^\d{12,16}$/.test(w) && Number(w) <= Number.MAX_SAFE_INTEGER)
  return { phones, ids: ids.map(Number), strange: words.filter((w) => !phones.includes(w) && !ids.includes(w)) }
}

/** Finds who was named, four questions at a time; who is not found is named in `lost`. `step` hears how many are done. */
export async function findPeople(text: string, step: (done: number, all: number) => void): Promise<{ found: UserRow[]; lost: string[] }> {
  const { phones, ids, strange } = peopleIn(text)
  const found = new Map<number, UserRow>()
  const lost = [...strange]
  const asks: (() => Promise<void>)[] = [
    ...phones.map((phone) => async () => {
      const { items } = await call('users', { query: { q: phone, limit: 5 } })
      // A nickname may look like the number; only a bound phone counts.
      const u = items.find((x) => x.phone_masked.slice(0, 3) === phone.slice(0, 3) && x.phone_masked.slice(-4) === phone.slice(-4))
      if (u) found.set(u.id, u)
      else lost.push(phone)
    }),
    ...ids.map((id) => async () => {
      const u = await call('user', { path: { id } }).catch((e) => {
        if (e.status === 404) return null
        throw e
      })
      if (u) found.set(u.id, u)
      else lost.push(String(id))
    }),
  ]
  for (let i = 0; i < asks.length; i += 4) {
    await Promise.all(asks.slice(i, i + 4).map((f) => f()))
    step(Math.min(i + 4, asks.length), asks.length)
  }
  return { found: [...found.values()], lost }
}
