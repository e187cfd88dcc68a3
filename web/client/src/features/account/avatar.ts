const MOST_BYTES = 2 << 20

/** A picked picture ready to send, or what is wrong with it. `body` is a Blob in browsers, bytes in the mini program. */
export interface Picked { body: unknown; type: string; problem: string }

const tooBig = (bytes: number) => (bytes > MOST_BYTES ? '图片超过 2 MB，请换一张小一点的' : '')

/** Lets the person pick one picture; null when they changed their mind. */
export function pickImage(): Promise<Picked | null> {
  return new Promise((resolve) => uni.chooseImage({
    count: 1,
    sizeType: ['compressed'],
    success: async (r) => {
      // #ifdef H5
      const file = (r.tempFiles as unknown as File[])[0]
      resolve({ body: file, type: file.type || 'image/jpeg', problem: tooBig(file.size) })
      // #endif
      // #ifndef H5
      const path = (r.tempFilePaths as string[])[0]
      uni.getFileSystemManager().readFile({
        filePath: path,
        success: (f) => resolve({ body: f.data, type: /\.png$/i.test(path) ? 'image/png' : 'image/jpeg', problem: tooBig((f.data as ArrayBuffer).byteLength) }),
        fail: () => resolve({ body: null, type: '', problem: '图片没有读出来，请换一张' }),
      })
      // #endif
    },
    fail: () => resolve(null),
  }))
}
