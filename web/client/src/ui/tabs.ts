/** The four main places, in order. */
export const tabs = [
  { name: 'home', text: '首页', icon: 'home' },
  { name: 'courses', text: '课程', icon: 'book' },
  { name: 'learning', text: '学习', icon: 'learn' },
  { name: 'me', text: '我的', icon: 'user' },
] as const
export type TabName = (typeof tabs)[number]['name']
