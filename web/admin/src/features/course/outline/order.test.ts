import { describe, expect, it } from 'vitest'
import type { Chapter, Lesson } from '@/app/types'
import { lessonNo, moveChapter, moveLesson, orderOf } from './order'

const chapter = (id: number, ...lessons: number[]): Chapter => ({ id, title: String(id), lessons: lessons.map((l) => ({ id: l }) as Lesson) })
const outline = () => [chapter(1, 11, 12), chapter(2), chapter(3, 31)]
const ids = (c: Chapter[]) => c.map((x) => [x.id, ...x.lessons.map((l) => l.id)])

describe('moving', () => {
  it('moves within a chapter', () => { expect(ids(moveLesson(outline(), 11, 1))).toEqual([[1, 12, 11], [2], [3, 31]]) })
  it('crosses into the neighbouring chapter at an edge, also an empty one', () => {
    expect(ids(moveLesson(outline(), 12, 1))).toEqual([[1, 11], [2, 12], [3, 31]])
    expect(ids(moveLesson(outline(), 31, -1))).toEqual([[1, 11, 12], [2, 31], [3]])
  })
  it('enters a chapter above at its end', () => {
    const two = [chapter(1, 11), chapter(2, 21)]
    expect(ids(moveLesson(two, 21, -1))).toEqual([[1, 11, 21], [2]])
  })
  it('stays put at the ends of the course', () => {
    const o = outline()
    expect(moveLesson(o, 11, -1)).toBe(o)
    expect(moveLesson(o, 31, 1)).toBe(o)
    expect(moveChapter(o, 1, -1)).toBe(o)
  })
  it('moves a chapter with its lessons and loses nothing', () => {
    expect(ids(moveChapter(outline(), 1, 1))).toEqual([[2], [1, 11, 12], [3, 31]])
  })
  it('leaves the given outline untouched', () => {
    const o = outline()
    moveLesson(o, 12, 1)
    expect(ids(o)).toEqual(ids(outline()))
  })
  it('numbers lessons through the course and writes the order for the server', () => {
    expect(lessonNo(outline(), 31)).toBe(3)
    expect(lessonNo(outline(), 99)).toBe(0)
    expect(orderOf(outline())[0]).toEqual({ id: 1, lesson_ids: [11, 12] })
  })
})
