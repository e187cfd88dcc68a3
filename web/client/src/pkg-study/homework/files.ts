import { pickImage, type Picked } from '@/features/account/avatar'

/** A file to send with its name. In browsers any file, in the mini program a picture. */
export interface Chosen extends Picked { name: string }

const MOST_BYTES = 20 << 20

/** Lets the person choose one file of those accepted ('': any); null when they changed their mind. */
export function pickFile(mostBytes = MOST_BYTES, accept = ''): Promise<Chosen | null> {
  // #ifdef H5
  if (typeof document !== 'undefined') return anyFile(mostBytes, accept)
  // #endif
  return picture()
}

function anyFile(mostBytes: number, accept: string): Promise<Chosen | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = accept
    input.addEventListener('cancel', () => resolve(null))
    input.addEventListener('change', () => {
      const file = input.files?.[0]
      resolve(file ? { body: file, type: 'application/octet-stream', name: file.name, problem: file.size > mostBytes ? `文件超过 ${mostBytes >> 20} MB，请压缩后再传` : '' } : null)
    })
    input.click()
  })
}

async function picture(): Promise<Chosen | null> {
  const image = await pickImage()
  return image && { ...image, type: 'application/octet-stream', name: image.type === 'image/png' ? '照片.png' : '照片.jpg' }
}
