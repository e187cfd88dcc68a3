import { beforeEach, expect, it, vi } from 'vitest'

const asked: string[] = []
let refuse = false
vi.mock('./api', () => ({
  call: async (op: string, args: { query: { url: string } }) => {
    asked.push(`${op} ${args.query.url}`)
    if (refuse) throw new Error('no official account')
    return { app_id: 'wx1', timestamp: 1, nonce: 'n', signature: 's' }
  },
}))
type Told = { title: string; link: string; fail: () => void }
const friends: Told[] = []
const config = vi.fn()
vi.mock('weixin-js-sdk', () => ({ default: { config, ready: (f: () => void) => f(), updateAppMessageShareData: (o: Told) => friends.push(o), updateTimelineShareData: () => {} } }))

const place = { href: 'https://school.example/course/1?s=OLD#top' }
let agent = 'Android MicroMessenger'
vi.stubGlobal('window', { location: place })
vi.stubGlobal('document', { title: '把话写清楚', querySelector: () => null })
vi.stubGlobal('navigator', { get userAgent() { return agent } })
vi.stubGlobal('performance', { getEntriesByType: () => [{ name: 'https://school.example/first' }] })
const sent = (n: number) => ({ title: `课程 ${n}`, text: '', image: '', friend: `https://school.example/course/${n}?s=CODE`, moments: '' })

beforeEach(() => {
  vi.resetModules()
  asked.length = friends.length = 0
  refuse = false
  agent = 'Android MicroMessenger'
})

it('signs the page on screen without its fragment, and the first one on iOS', async () => {
  const { menuSends } = await import('./wechatMenu')
  await menuSends(sent(1))
  expect(asked).toEqual(['wechatPage https://school.example/course/1?s=OLD'])
  expect(config).toHaveBeenCalledWith(expect.objectContaining({ appId: 'wx1', jsApiList: ['updateAppMessageShareData', 'updateTimelineShareData'] }))
  expect(friends.map((f) => [f.title, f.link])).toEqual([['课程 1', 'https://school.example/course/1?s=CODE']])
  agent = 'iPhone MicroMessenger'
  await menuSends(sent(2))
  expect(asked[asked.length - 1]).toBe('wechatPage https://school.example/first')
})

it('tries again when the address is still being checked, and not for a page that was left', async () => {
  vi.useFakeTimers()
  const { menuForgets, menuSends } = await import('./wechatMenu')
  await menuSends(sent(1))
  friends[0].fail()
  vi.advanceTimersByTime(600)
  expect(friends).toHaveLength(2)
  menuForgets()
  friends[1].fail()
  await vi.advanceTimersByTimeAsync(600)
  expect(friends[friends.length - 1]).toMatchObject({ title: '把话写清楚', link: 'https://school.example/course/1?s=OLD' })
  vi.useRealTimers()
})

it('leaves the menu alone without an official account', async () => {
  refuse = true
  const { menuSends } = await import('./wechatMenu')
  await menuSends(sent(1))
  expect(friends).toHaveLength(0)
})
