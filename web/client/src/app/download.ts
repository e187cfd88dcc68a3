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
