import { reactive } from 'vue'

export type ThemeChoice = 'auto' | 'light' | 'dark'
const THEME = 'zz_theme'
const LARGE = 'zz_large'

/** Looks of this device: theme choice, the theme in force, large type. */
export const prefs = reactive({
  theme: 'auto' as ThemeChoice,
  systemDark: false,
  large: false,

  get dark(): boolean {
    return this.theme === 'dark' || (this.theme === 'auto' && this.systemDark)
  },
  setTheme(choice: ThemeChoice) {
    this.theme = choice
    uni.setStorageSync(THEME, choice)
    this.apply()
  },
  setLarge(on: boolean) {
    this.large = on
    uni.setStorageSync(LARGE, on ? '1' : '')
    this.apply()
  },
  /** Puts the choice on the document; the mini program binds the same classes in UiPage. */
  apply() {
    // #ifdef H5
    const root = document.documentElement
    root.classList.toggle('zz-dark', this.dark)
    root.classList.toggle('zz-large', this.large)
    // #endif
  },
  /** Reads stored choices and follows the system from now on. */
  start() {
    const stored = uni.getStorageSync(THEME)
    if (stored === 'light' || stored === 'dark') this.theme = stored
    this.large = uni.getStorageSync(LARGE) === '1'
    // #ifdef H5
    const media = window.matchMedia('(prefers-color-scheme: dark)')
    this.systemDark = media.matches
    media.addEventListener('change', (e) => { this.systemDark = e.matches; this.apply() })
    // #endif
    // #ifndef H5
    this.systemDark = uni.getSystemInfoSync().theme === 'dark'
    uni.onThemeChange?.((r) => { this.systemDark = r.theme === 'dark' })
    // #endif
    this.apply()
  },
})
