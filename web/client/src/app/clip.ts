/**
 * Puts words on the clipboard that may still be on their way, false where the browser keeps it shut. Safari takes them
 * only when it is asked at the tap itself, so the promise is handed over, where browsers accept one.
 */
export async function clip(words: Promise<string>): Promise<boolean> {
  // #ifdef H5
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': words.then((w) => new Blob([w], { type: 'text/plain' })) })])
    return true
  } catch { /* the older way */ }
  // #endif
  const data = await words
  return new Promise((done) => uni.setClipboardData({ data, showToast: false, success: () => done(true), fail: () => done(false) }))
}
