import { describe, expect, it } from 'vitest'
import { lengthTells, upNext } from './study'

const lessons = [1, 2, 3, 4].map((id) => ({ id }))

describe('the lesson to open', () => {
  it('is the one studied last, else the next unfinished one, wherever it stands', () => {
    expect(upNext(lessons, new Set(), 0)).toBe(1)
    expect(upNext(lessons, new Set([1]), 2)).toBe(2)
    expect(upNext(lessons, new Set([1, 2]), 2)).toBe(3)
    expect(upNext(lessons, new Set([2, 3, 4]), 4)).toBe(1)
  })
  it('is the first when all are finished, and none where there is none', () => {
    expect(upNext(lessons, new Set([1, 2, 3, 4]), 4)).toBe(1)
    expect(upNext([], new Set(), 4)).toBe(0)
  })
})

describe('the length of a course', () => {
  const of = (...forms: string[]) => forms.map((form) => ({ form })) as Parameters<typeof lengthTells>[0]
  it('is told where most is watched or heard', () => {
    expect(lengthTells(of('video', 'audio', 'quiz'), 600_000)).toBe(true)
    expect(lengthTells(of('video', 'article', 'quiz'), 600_000)).toBe(false)
    expect(lengthTells(of('video'), 299_000)).toBe(false)
  })
})
