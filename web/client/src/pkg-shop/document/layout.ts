/** Where pages stand under each other, in px from the top of the first. */
export interface Layout { tops: number[]; heights: number[]; total: number; width: number }

export const GAP = 12
export const ZOOMS = [1, 1.25, 1.5, 2, 3]

/** Stacks pages of the given shapes at a width. */
export function stack(pages: { width: number; height: number }[], width: number): Layout {
  const tops: number[] = []
  const heights: number[] = []
  let at = 0
  for (const p of pages) {
    const h = Math.round((width * p.height) / Math.max(1, p.width))
    tops.push(at)
    heights.push(h)
    at += h + GAP
  }
  return { tops, heights, total: Math.max(0, at - GAP), width }
}

/** The page (from 0) that holds a point; the gap below a page belongs to it. */
export function pageAt(l: Layout, y: number): number {
  let low = 0
  let high = l.tops.length - 1
  while (low < high) {
    const mid = (low + high + 1) >> 1
    if (l.tops[mid] <= y) low = mid
    else high = mid - 1
  }
  return Math.max(0, low)
}

/** The pages (from 0) to keep drawn around a window: it, and one window's height before and after. */
export function around(l: Layout, top: number, height: number): number[] {
  if (!l.tops.length) return []
  const first = pageAt(l, top - height)
  const last = pageAt(l, top + 2 * height)
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

/** The next step of zoom in a direction, or the nearest to a pinch. */
export function nextZoom(now: number, by: 1 | -1): number {
  const steps = by > 0 ? ZOOMS : [...ZOOMS].reverse()
  return steps.find((z) => (by > 0 ? z > now + 0.01 : z < now - 0.01)) ?? now
}

/** A zoom within the bounds. */
export function bounded(z: number): number {
  return Math.min(ZOOMS[ZOOMS.length - 1], Math.max(1, z))
}
