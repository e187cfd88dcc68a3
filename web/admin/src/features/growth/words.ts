import type { GrowthTrialArm, Comparison, Growth, GrowthLoop, Metric } from '@/app/types'

export const shareKinds: Record<string, string> = { school: '学校', course: '课程', product: '商品', card: '证据卡', certificate: '证书', challenge: '打卡挑战', class: '班级', campaign: '活动' }
export const channels: Record<string, string> = { friend: '微信好友', moments: '朋友圈', group: '微信群', weibo: '微博', qq: 'QQ', xiaohongshu: '小红书', link: '链接', poster: '海报' }

/** A rate as it is read: percent below one, times from one on. */
export function rate(v: number): string {
  return v < 1 ? `${(v * 100).toFixed(v < 0.1 ? 1 : 0)}%` : `${v.toFixed(2)} 倍`
}

/** A metric as it is read; — when there was nothing to divide by. */
export function read(m: Pick<Metric, 'key' | 'known' | 'rate'>): string {
  if (!m.known) return '—'
  if (m.key === 'partner_cac') return `¥${(m.rate / 100).toFixed(2)}`
  return m.key.startsWith('k_') ? m.rate.toFixed(3) : `${(m.rate * 100).toFixed(1)}%`
}

/** Top and bottom of a metric; money is read in yuan. */
export function parts(m: Pick<Metric, 'key' | 'top' | 'bottom'>): string {
  const fen = (n: number) => `¥${(n / 100).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
  const whole = (n: number) => n.toLocaleString('en')
  return `${(m.key.startsWith('partner_') ? fen : whole)(m.top)} / ${(m.key === 'partner_gmv' ? fen : whole)(m.bottom)}`
}

/** The steps of the loop with the rate of each to the one before it. */
export function steps(l: GrowthLoop): { label: string; count: number; by: string }[] {
  const list: [string, number][] = [['学过的学员', l.learners], ['证据卡', l.cards], ['分享', l.shares], ['打开', l.visits], ['注册', l.joins], ['购买', l.buyers]]
  return list.map(([label, count], i) => ({ label, count, by: i === 0 ? '' : list[i - 1][1] ? rate(count / list[i - 1][1]) : '—' }))
}

/** What the loop says, in a sentence. */
export function says(g: Pick<Growth, 'loop' | 'before'>): string {
  const { loop: l, before: b } = g
  if (!l.shares) return '这段时间还没有人分享。学员学完一课会自动得到证据卡，那是最自然的分享。'
  const more = l.joins - b.joins
  return `${l.shares} 次分享带来 ${l.visits} 次打开、${l.joins} 位新学员${b.joins || l.joins ? `，比前一段${more === 0 ? '一样多' : `${more > 0 ? '多' : '少'} ${Math.abs(more)} 位`}` : ''}。`
}

/** Percentage points with one decimal and their sign. */
export function pp(v: number): string {
  const n = Math.round(v * 1000) / 10
  return `${n > 0 ? '+' : n < 0 ? '−' : ''}${Math.abs(n).toFixed(1)}`
}

/** A number of registrations a person, with its sign. */
export function each(v: number): string {
  const n = Math.round(v * 1000) / 1000
  return `${n > 0 ? '+' : n < 0 ? '−' : ''}${Math.abs(n).toFixed(3)}`
}

/** What a comparison found, in a sentence that claims no more than its interval. */
export function found(c: Pick<Comparison, 'known' | 'low' | 'high' | 'days' | 'with' | 'without'>, span: number): string {
  if (span < c.days) return `这段时间太短：每个人要看满 ${c.days} 天。`
  if (!c.known) return `「${c.with}」和「${c.without}」要都有人，才能比较。`
  if (c.low > 0) return `「${c.with}」的更高，不像是偶然。`
  if (c.high < 0) return `「${c.with}」的更低，不像是偶然。`
  return '区间里有 0：还看不出差别。'
}

/** What an experiment says of a variant. */
export function verdict(a: Pick<GrowthTrialArm, 'known' | 'certain' | 'wins'>, first: boolean): string {
  if (a.wins) return '胜出'
  if (first) return '对照'
  if (!a.known) return '人数还不够'
  return a.certain > 0 ? '更好' : a.certain < 0 ? '更差' : '还看不出差别'
}
