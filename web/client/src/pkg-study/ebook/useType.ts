import { ref } from 'vue'

const KEY = 'zz_book_type'
/** The sizes of type, px. */
export const SIZES = [15, 17, 19, 22, 26]

/** The reader's size of type, kept on this device. */
export function useType() {
  const stored = Number(uni.getStorageSync(KEY))
  const size = ref(SIZES.includes(stored) ? stored : SIZES[1])
  function step(by: 1 | -1) {
    size.value = SIZES[Math.min(SIZES.length - 1, Math.max(0, SIZES.indexOf(size.value) + by))]
    uni.setStorageSync(KEY, String(size.value))
  }
  return { size, step }
}
