import type { Asset } from '@/app/types'

/** The road of a video after its upload, as steps of a bar. */
export const steps = ['检查', '转码', '就绪'] as const

/** Which step an asset is at: index into `steps`. */
export function stepOf(a: Pick<Asset, 'status'>): number {
  return { uploaded: 0, probing: 0, transcoding: 1, ready: 2, failed: 1 }[a.status]
}

/** What is being done now, in words. Rendition names such as 720p are shown as they are. */
export function stageLabel(a: Pick<Asset, 'status' | 'stage'>): string {
  if (a.status === 'uploaded') return '排队等待处理'
  if (a.status === 'ready') return '已就绪'
  if (a.status === 'failed') return '处理失败'
  const words: Record<string, string> = {
    '': '正在处理',
    probing: '正在检查文件',
    pictures: '正在截取封面与缩略图',
    transcoding: '正在转码',
    preview: '正在生成试看',
  }
  return words[a.stage] ?? `正在转码 ${a.stage}`
}
