import { describe, expect, it } from 'vitest'
import { stageLabel, stepOf, steps } from './stages'

describe('stages', () => {
  it('names renditions and known stages', () => {
    expect(stageLabel({ status: 'transcoding', stage: '720p' })).toBe('正在转码 720p')
    expect(stageLabel({ status: 'transcoding', stage: 'pictures' })).toBe('正在截取封面与缩略图')
    expect(stageLabel({ status: 'failed', stage: '720p' })).toBe('处理失败')
  })
  it('ends at the last step', () => {
    expect(steps[stepOf({ status: 'ready' })]).toBe('就绪')
    expect(stepOf({ status: 'probing' })).toBe(0)
  })
})
