import { ref } from 'vue'
import type { Shop } from '@zhizhou/sdk'
import { call } from './api'

/** The shop's public facts; null until they arrived. */
export const shop = ref<Shop | null>(null)
let asking: Promise<void> | null = null

/** Loads the shop once. Pages work without it, so a failure is left for the next call. */
export function knowShop(): Promise<void> {
  if (shop.value) return Promise.resolve()
  asking ??= call('shop')
    .then((s) => { shop.value = s })
    .catch(() => undefined)
    .finally(() => { asking = null })
  return asking
}

/** Sets the page's title; browsers add the shop's name. */
export function setTitle(title: string): void {
  let full = title
  // #ifdef H5
  const name = shop.value?.name || '知舟'
  full = title ? `${title} · ${name}` : name
  // #endif
  uni.setNavigationBarTitle({ title: full })
}
