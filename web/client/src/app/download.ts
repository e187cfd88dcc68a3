import { base } from './api'
import { auth } from './auth'
import { endingOf } from './ending'
import { clientHeaders } from './platform'

/** Kinds of documents that WeChat can show. */
const documents = ['doc', 'docx', 'xls', 'xlsx', 'ppt', 'pptx', 'pdf']

/** A file on the device: where it lies until the mini program closes, and the ending of its name ('' when none was told). */
export interface Downloaded { at: string; ending: string }

/** Fetches a file that only this person may have, in the mini program. */
export function download(path: string): Promise<Downloaded> {
  return new Promise((resolve, reject) => {
    let ending = ''
    const task = uni.downloadFile({
      url: base + path,
      header: { ...clientHeaders(), Authorization: `Bearer ${auth.token}` },
      success: (r) => { if (r.statusCode === 200) resolve({ at: r.tempFilePath, ending }); else reject(new Error(`${path} answered ${r.statusCode}`)) },
      fail: (e) => reject(new Error(e.errMsg)),
    })
    task.onHeadersReceived((r: { header?: Record<string, string> }) => { ending = endingOf(r.header ?? {}) })
  })
}

/** Shows a file that only this person may have, in the mini program; what the device cannot show is told. */
export async function openFile(path: string) {
  const tell = (title: string) => uni.showToast({ title, icon: 'none' })
  uni.showLoading({ title: '正在下载' })
  const got = await download(path).catch(() => null)
  uni.hideLoading()
  if (!got) return tell('没有下载成功，请重试')
  const { at, ending } = got
  const picture = () => uni.previewImage({ urls: [at], fail: () => tell('这种文件请在电脑上打开') })
  // What is kept on the device has no name that tells its kind, and the server tells no type but a picture's.
  if (documents.includes(ending)) uni.openDocument({ filePath: at, fileType: ending, showMenu: true, fail: picture })
  else picture()
}
