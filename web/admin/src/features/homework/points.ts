/** What a marker typed for a row of the rubric; '' while nothing was. */
export type Given = number | ''

/** Why a row's points cannot stand, '' if they can: whole, and between nothing and all that the row gives. */
export function wrongPoints(given: Given, most: number): string {
  if (given === '') return ''
  return Number.isInteger(given) && given >= 0 && given <= most ? '' : `填 0 到 ${most} 的整数`
}

/** The points together; null while one of them cannot stand: a sum of wrong ones would only look like a score. */
export function sumOf(given: Given[], rubric: { points: number }[]): number | null {
  if (rubric.some((r, n) => wrongPoints(given[n] ?? '', r.points))) return null
  return given.reduce<number>((all, p) => all + (p || 0), 0)
}
