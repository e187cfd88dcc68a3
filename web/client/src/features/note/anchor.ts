/** A passage as it is kept: its letters and what stands around them. */
export interface Passage { quote: string; prefix: string; suffix: string }

// Spaces and what nobody sees are no part of a passage: the server and other browsers set them differently.
const UNSEEN = /[\s\u00ad\u200b-\u200f\u2060\ufeff]/
/** How many letters around a passage tell it from another one of the same words. */
const AROUND = 32

/** A text without its unseen letters, and where each of those that stay stood. */
export function squeeze(text: string): { letters: string; at: number[] } {
  let letters = ''
  const at: number[] = []
  for (let i = 0; i < text.length; i++) {
    if (UNSEEN.test(text[i])) continue
    letters += text[i]
    at.push(i)
  }
  return { letters, at }
}

function same(a: string, b: string, back: boolean): number {
  let n = 0
  while (n < a.length && n < b.length && (back ? a[a.length - 1 - n] === b[b.length - 1 - n] : a[n] === b[n])) n++
  return n
}

/** Where a passage stands in a text, as it is now; of several places the one with the same surroundings. Null when it is not there any more. */
export function find(text: ReturnType<typeof squeeze>, p: Passage): { from: number; to: number } | null {
  const quote = squeeze(p.quote).letters
  if (!quote) return null
  const before = squeeze(p.prefix).letters
  const after = squeeze(p.suffix).letters
  let best = -1
  let most = -1
  for (let i = text.letters.indexOf(quote); i >= 0; i = text.letters.indexOf(quote, i + 1)) {
    const fits = same(text.letters.slice(Math.max(0, i - AROUND), i), before, true) + same(text.letters.slice(i + quote.length, i + quote.length + AROUND), after, false)
    if (fits > most) [best, most] = [i, fits]
  }
  return best < 0 ? null : { from: text.at[best], to: text.at[best + quote.length - 1] + 1 }
}

/** The passage between two places of a text; `shown` is how it reads, with its line breaks. */
export function passage(text: string, from: number, to: number, shown: string): Passage {
  const cut = (s: string) => squeeze(s).letters
  return { quote: shown.trim(), prefix: cut(text.slice(Math.max(0, from - 4 * AROUND), from)).slice(-AROUND), suffix: cut(text.slice(to, to + 4 * AROUND)).slice(0, AROUND) }
}

/** True when a paragraph holds a passage, or a passage goes over the whole of it. */
export function touches(paragraph: string, quote: string): boolean {
  const p = squeeze(paragraph).letters
  const q = squeeze(quote).letters
  return p.length > 1 && q.length > 0 && (p.includes(q) || q.includes(p))
}
