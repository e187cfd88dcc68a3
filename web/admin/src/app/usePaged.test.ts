import { expect, it } from 'vitest'
import { effectScope } from 'vue'
import { usePaged } from './usePaged'

it('drops a page that arrives after the list was asked for anew', async () => {
  const scope = effectScope()
  let late: (page: { items: string[]; next_cursor: string }) => void = () => undefined
  const list = scope.run(() =>
    usePaged((cursor) => (cursor ? new Promise<{ items: string[]; next_cursor: string }>((r) => (late = r)) : Promise.resolve({ items: ['first'], next_cursor: 'c' }))),
  )!
  await list.reload()
  const growing = list.more()
  await list.reload()
  late({ items: ['old'], next_cursor: '' })
  await growing
  expect(list.items.value).toEqual(['first'])
  expect(list.next.value).toBe('c')
  scope.stop()
})
