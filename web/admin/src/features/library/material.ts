import { bytes, clock } from '@/app/format'
import type { Folder, Material, MaterialForm, MaterialRef } from '@/app/types'
import type { IconName } from '@/ui/icons'

export const formLabels: Record<MaterialForm, string> = { video: '视频', audio: '音频', document: '文档', ebook: '电子书', picture: '图片', file: '文件' }
export const formIcons: Record<MaterialForm, IconName> = { video: 'video', audio: 'audio', document: 'doc', ebook: 'book', picture: 'image', file: 'doc' }

/** Which upload road takes files of a form; sounds take that of videos. */
export const purposes = { video: 'video', audio: 'video', document: 'document', ebook: 'ebook', picture: 'image', file: 'attachment' } as const
export const accepts: Record<MaterialForm, string> = {
  video: 'video/*,.mkv,.flv', audio: 'audio/*', document: '.pdf,application/pdf', ebook: '.epub,application/epub+zip', picture: 'image/jpeg,image/png,image/webp,image/gif', file: '',
}

/** A file's form by its name, as the library would file it; everything else is a plain file. */
export function formOf(name: string, type: string): MaterialForm {
  if (/\.pdf$/i.test(name)) return 'document'
  if (/\.epub$/i.test(name)) return 'ebook'
  if (type.startsWith('video/') || /\.(mkv|flv)$/i.test(name)) return 'video'
  if (type.startsWith('audio/')) return 'audio'
  return type.startsWith('image/') ? 'picture' : 'file'
}

/** Length and size in words. */
export function factsOf(m: Material): string {
  const long = m.length ? (m.kind === 'asset' ? clock(m.length) : `${m.length} ${m.form === 'ebook' ? '章' : '页'}`) : ''
  return [long, bytes(m.bytes)].filter(Boolean).join(' · ')
}

export const keyOf = (m: MaterialRef) => `${m.kind}:${m.id}`

export interface Branch extends Folder { depth: number }

/** Folders in the order of a tree, each with its level from 0; `without` leaves one out with all below it. */
export function branches(list: Folder[], parent = 0, depth = 0, without = 0): Branch[] {
  return list.filter((f) => f.parent_id === parent && f.id !== without).flatMap((f) => [{ ...f, depth }, ...branches(list, f.id, depth + 1, without)])
}
