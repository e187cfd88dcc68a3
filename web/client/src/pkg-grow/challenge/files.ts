import { pickImage, type Picked } from '@/features/account/avatar'

/** A picture or a recording to send with its name. */
export interface Chosen extends Picked { name: string }

const MOST_BYTES = 20 << 20

/** Lets the person pick one picture; null when they changed their mind. */
export async function pickPicture(): Promise<Chosen | null> {
  const image = await pickImage()
  return image && { ...image, type: 'application/octet-stream', name: image.type === 'image/png' ? '照片.png' : '照片.jpg' }
}

let recorder: UniApp.RecorderManager | null = null
let ended: ((r: Chosen | null) => void) | null = null

/** A recording: in browsers a file that is chosen, in the mini program what is said until `stopRecording`, ten minutes at most. */
export function record(): Promise<Chosen | null> {
  // #ifdef H5
  if (typeof document !== 'undefined') return chooseRecording()
  // #endif
  return startRecording()
}

/** Ends what is recorded. */
export const stopRecording = () => recorder?.stop()

function chooseRecording(): Promise<Chosen | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = 'audio/*'
    input.addEventListener('cancel', () => resolve(null))
    input.addEventListener('change', () => {
      const file = input.files?.[0]
      resolve(file ? { body: file, type: 'application/octet-stream', name: file.name, problem: file.size > MOST_BYTES ? `文件超过 ${MOST_BYTES >> 20} MB，请压缩后再传` : '' } : null)
    })
    input.click()
  })
}

function startRecording(): Promise<Chosen | null> {
  if (!recorder) {
    recorder = uni.getRecorderManager()
    const end = (r: Chosen | null) => {
      ended?.(r)
      ended = null
    }
    recorder.onStop((r: { tempFilePath: string }) => uni.getFileSystemManager().readFile({
      filePath: r.tempFilePath,
      success: (f) => end({ body: f.data, type: 'application/octet-stream', name: '录音.mp3', problem: (f.data as ArrayBuffer).byteLength > MOST_BYTES ? '录音太长了，请短一点' : '' }),
      fail: () => end({ body: null, type: '', name: '', problem: '录音没有存下来，请再录一次' }),
    }))
    recorder.onError(() => end({ body: null, type: '', name: '', problem: '没有录上：请在设置里允许使用麦克风' }))
  }
  recorder.start({ duration: 600_000, format: 'mp3' })
  return new Promise((resolve) => { ended = resolve })
}
