import type { TeachApplication } from '@/app/types'

/** The states of an application, in the order of the filter. */
export const states: Record<TeachApplication['state'], { label: string; tone: '' | 'ok' | 'bad' | 'warn' }> = {
  pending: { label: '待审核', tone: 'warn' },
  approved: { label: '已通过', tone: 'ok' },
  rejected: { label: '没有通过', tone: 'bad' },
  withdrawn: { label: '已撤回', tone: '' },
}

/** The size of a paper as people say it. */
export const sizeOf = (bytes: number) => (bytes < 1 << 20 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / (1 << 20)).toFixed(1)} MB`)
