import { base } from './api'
import { auth } from './auth'
import { clientHeaders } from './platform'

/** Fetches a file that only this person may have, in the mini program; answers where it lies on the device until it closes. */
export function download(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    uni.downloadFile({
      url: base + path,
      header: { ...clientHeaders(), Authorization: `Bearer ${auth.token}` },
      success: (r) => { if (r.statusCode === 200) resolve(r.tempFilePath); else reject(new Error(`${path} answered ${r.statusCode}`)) },
      fail: (e) => reject(new Error(e.errMsg)),
    })
  })
}

/** Shows a file that only this person may have, in the mini program; what the device cannot show is told. */
export async function openFile(path: string) {
  const tell = (title: string) => uni.showToast({ title, icon: 'none' })
  uni.showLoading({ title: '正在下载' })
  const at = await download(path).catch(() => '')
  uni.hideLoading()
  if (!at) return tell('没有下载成功，请重试')
  const picture = () => uni.previewImage({ urls: [at], fail: () => tell('这种文件请在电脑上打开') })
  uni.openDocument({ filePath: at, showMenu: true, fail: picture })
}
