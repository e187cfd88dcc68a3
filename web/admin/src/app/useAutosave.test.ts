import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, reactive } from 'vue'
import { ApiError } from '@zhizhou/sdk'
import { useAutosave } from './useAutosave'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

function setup(save: () => Promise<unknown>) {
  const form = reactive({ title: 'a', tags: ['x'] })
  const scope = effectScope()
  const auto = scope.run(() => useAutosave(() => form, save))!
  return { form, auto }
}

describe('useAutosave', () => {
  it('saves once after the last of several changes', async () => {
    const save = vi.fn(() => Promise.resolve())
    const { form, auto } = setup(save)
    form.title = 'b'
    await vi.advanceTimersByTimeAsync(600)
    form.tags.push('y')
    await vi.advanceTimersByTimeAsync(1100)
    expect(save).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(200)
    expect(save).toHaveBeenCalledTimes(1)
    expect(auto.state.value).toBe('saved')
  })
  it('saves again what changed while a save was under way', async () => {
    let finish = () => {}
    const save = vi.fn(() => new Promise<void>((r) => { finish = r }))
    const { form, auto } = setup(save)
    form.title = 'b'
    await vi.advanceTimersByTimeAsync(1200)
    form.title = 'c'
    finish()
    await vi.advanceTimersByTimeAsync(1)
    expect(auto.state.value).toBe('dirty')
    await vi.advanceTimersByTimeAsync(1300)
    expect(save).toHaveBeenCalledTimes(2)
  })
  it('keeps the reason of a refusal and can try again', async () => {
    const save = vi.fn().mockRejectedValueOnce(new ApiError(409, 'course_changed', '课程刚被别人改过')).mockResolvedValue(undefined)
    const { form, auto } = setup(save)
    form.title = 'b'
    await vi.advanceTimersByTimeAsync(1200)
    expect(auto.state.value).toBe('failed')
    expect(auto.error.value?.code).toBe('course_changed')
    await auto.flush()
    expect(auto.state.value).toBe('saved')
    expect(auto.error.value).toBeNull()
  })
  it('tries again by itself when there was no network, and not when it was refused', async () => {
    const save = vi.fn().mockRejectedValueOnce(new ApiError(0, 'network', '网络没有连上')).mockRejectedValueOnce(new ApiError(422, 'invalid', '填写有误')).mockResolvedValue(undefined)
    const { form, auto } = setup(save)
    form.title = 'b'
    await vi.advanceTimersByTimeAsync(1200)
    expect(auto.state.value).toBe('failed')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(save).toHaveBeenCalledTimes(2)
    expect(auto.error.value?.code).toBe('invalid')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(save).toHaveBeenCalledTimes(2)
  })
  it('does not take a reload for an edit', async () => {
    const save = vi.fn(() => Promise.resolve())
    const { form, auto } = setup(save)
    auto.quietly(() => { form.title = 'server' })
    await vi.advanceTimersByTimeAsync(5000)
    expect(save).not.toHaveBeenCalled()
  })
})
