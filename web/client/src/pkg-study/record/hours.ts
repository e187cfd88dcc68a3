import type { StudyHours } from '@zhizhou/sdk'

// What a spreadsheet would take for a formula is made text.
const cell = (v: string) => `"${(/^[=+\-@\t\r]/.test(v) ? `'${v}` : v).replace(/"/g, '""')}"`

/** A table for spreadsheets of what was studied, by day and lesson; minutes with one decimal. */
export function hoursCsv(rows: StudyHours[]): string {
  const lines = rows.map((r) => [r.day, cell(r.course), cell(r.lesson || '（更早的记录，未分课时）'), (r.studied_ms / 60000).toFixed(1)].join(','))
  return ['日期,课程,课时,学习分钟', ...lines].join('\r\n')
}

/** Hands a text over as a file where there are files, and by the clipboard elsewhere. Resolves to what to tell. */
export function handOver(name: string, text: string): Promise<string> {
  // #ifdef H5
  const url = URL.createObjectURL(new Blob(['\uFEFF', text], { type: 'text/csv;charset=utf-8' }))
  const a = document.createElement('a')
  a.href = url
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
  return Promise.resolve(`已保存为 ${name}`)
  // #endif
  // #ifndef H5
  // eslint-disable-next-line no-unreachable
  return new Promise((done) => uni.setClipboardData({ data: text, showToast: false, success: () => done('明细已复制，可以粘贴到表格里'), fail: () => done('没能复制，请再试一次') }))
  // #endif
}
