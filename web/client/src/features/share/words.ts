/** The ways on which an address is copied and pasted by hand. */
export type Copied = 'friend' | 'group' | 'moments' | 'link'

/** What they are called; a sign or an icon stands for each. */
export const copies: { channel: Copied; name: string; sign?: string; icon?: string }[] = [
  { channel: 'friend', name: '微信好友', sign: '友' },
  { channel: 'group', name: '微信群', sign: '群' },
  { channel: 'moments', name: '朋友圈', sign: '圈' },
  { channel: 'link', name: '复制链接', icon: 'link' },
]

/** What comes next, once it is copied. */
export const copied: Record<Copied, string> = {
  friend: '已复制，到微信粘贴发给好友',
  group: '已复制，到微信群里粘贴发送',
  moments: '已复制，到微信发朋友圈时粘贴',
  link: '已复制，去粘贴给朋友吧',
}
