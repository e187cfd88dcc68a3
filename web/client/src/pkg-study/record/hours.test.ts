import { describe, expect, it } from 'vitest'
import { hoursCsv } from './hours'

describe('the table of study', () => {
  it('is one row a day and lesson, in minutes', () => {
    expect(hoursCsv([{ day: '2026-11-21', lesson_id: 1, lesson: '第一课', course: '课', studied_ms: 90000 }])).toBe('日期,课程,课时,学习分钟\r\n2026-11-21,"课","第一课",1.5')
  })
  it('keeps quotes, commas and formulas as text', () => {
    const [, row] = hoursCsv([{ day: '2026-11-21', lesson_id: 1, lesson: '=1+1', course: '说"好",再见', studied_ms: 0 }]).split('\r\n')
    expect(row).toBe('2026-11-21,"说""好"",再见","\'=1+1",0.0')
  })
})
