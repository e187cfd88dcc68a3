import type { Asset } from '@/app/types'

/** A video or recording as staff know it. */
export function clipName(a: Pick<Asset, 'name' | 'duration_ms'>): string {
  const s = Math.round(a.duration_ms / 1000)
  return `▶ ${a.name} · ${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`
}
