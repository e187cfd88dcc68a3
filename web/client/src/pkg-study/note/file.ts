/** Gives a text to its owner: as a file in browsers, into the clipboard in the mini program. Resolves to what happened. */
export async function keepText(name: string, text: string): Promise<string> {
  // #ifdef H5
  const url = URL.createObjectURL(new Blob([text], { type: 'text/markdown;charset=utf-8' }))
  const a = document.createElement('a')
  a.href = url
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
  return '已导出'
  // #endif
  // #ifndef H5
  await new Promise<void>((done, failed) => uni.setClipboardData({ data: text, showToast: false, success: () => done(), fail: (e: unknown) => failed(e) }))
  return '已复制，可以粘贴到别处保存'
  // #endif
}
