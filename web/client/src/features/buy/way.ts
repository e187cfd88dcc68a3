import { reactive } from 'vue'
import type { PayChannel } from '@zhizhou/sdk'

type Channel = PayChannel['channel']
/** Whose wallet a channel charges: the choice outlives the device it was made on, the channel does not. */
export type Way = 'wechat' | 'alipay'
const KEY = 'zz_pay_way'

/** The way to pay that was chosen last; '' before any choice. */
export const chosenWay = reactive({
  way: '' as Way | '',
  restore() {
    const stored = uni.getStorageSync(KEY)
    this.way = stored === 'wechat' || stored === 'alipay' ? stored : ''
  },
  choose(c: Channel) {
    this.way = wayOf(c)
    uni.setStorageSync(KEY, this.way)
  },
})

/** Whose wallet a channel charges. */
export function wayOf(c: Channel): Way {
  return c.startsWith('alipay') ? 'alipay' : 'wechat'
}

/** The channel to ask for among those offered; undefined leaves it to the server, where there is nothing to choose. */
export function channelFor(offers: PayChannel[], way: Way | ''): Channel | undefined {
  if (offers.length < 2) return undefined
  return (offers.find((o) => wayOf(o.channel) === way) ?? offers[0])?.channel
}
