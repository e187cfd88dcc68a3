import type { Cue } from '@zhizhou/sdk'

const SHOWN = 400

/** The last line that begins before `ms`, −1 before the first. Lines are in order. */
export function lineAt(lines: { from_ms: number }[], ms: number): number {
  let lo = 0
  let hi = lines.length
  while (lo < hi) {
    const mid = (lo + hi) >> 1
    if (lines[mid].from_ms <= ms) lo = mid + 1
    else hi = mid
  }
  return lo - 1
}

/** The lines that are drawn: all of them, of a very long text those around the one that is spoken. */
export function near(cues: Cue[], at: number): { n: number; cue: Cue }[] {
  const block = Math.floor(Math.max(0, at) / (SHOWN / 2))
  const from = cues.length <= SHOWN ? 0 : Math.max(0, (block - 1) * (SHOWN / 2))
  return cues.slice(from, cues.length <= SHOWN ? undefined : from + 2 * SHOWN).map((cue, i) => ({ n: from + i, cue }))
}

/** What is said at `ms`; several at once in lines. */
export function spoken(cues: Cue[], ms: number): string {
  return cues.filter((c) => c.from_ms <= ms && ms < c.to_ms).map((c) => c.text).join('\n')
}
