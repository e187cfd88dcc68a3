import type { ChallengeClass, ChallengeHome } from '@zhizhou/sdk'
import { yuan } from '@/app/format'

/** A local day (YYYYMMDD) as it is said: 11 月 2 日. */
export const dayWords = (d: number) => `${Math.floor(d / 100) % 100} 月 ${d % 100} 日`

const week = ['', '周一', '周二', '周三', '周四', '周五', '周六', '周日']
export const weekdayWords = (n: number) => week[n] ?? ''

/** What a place in a class costs, in a few words. */
export const priceWords = (c: Pick<ChallengeClass, 'price' | 'price_fen'>) => (c.price === 'free' ? '免费' : c.price === 'class' ? yuan(c.price_fen) : `押金 ${yuan(c.price_fen)}`)

/** How what somebody paid for their place stands. */
export function entryWords(c: Pick<ChallengeClass, 'entry' | 'return_need'>): string {
  const e = c.entry
  if (!e) return ''
  if (e.state === 'held') return `押金 ${yuan(e.fen)} 在账，打满 ${c.return_need} 天原路退还，最晚补到 ${dayWords(e.last_day)}`
  if (e.state === 'returned') return `打满 ${c.return_need} 天，押金 ${yuan(e.fen)} 已原路退还`
  return e.state === 'forfeited' ? `打了 ${e.check_ins} 天，约定是 ${c.return_need} 天，押金 ${yuan(e.fen)} 没有退还` : `已付 ${yuan(e.fen)}`
}

/** What becomes of a deposit before one pays it. A rolling class begins the day one joins: there is no leaving before. */
export function depositWords(c: Pick<ChallengeClass, 'mode' | 'starts_on' | 'return_need'>): string {
  const early = c.mode === 'rolling' ? '班被取消也退还；加入当天就是第 1 天，中途退出不提前退' : `${dayWords(c.starts_on)}前退出、班被取消也退还`
  return `打满 ${c.return_need} 天（补打的也算）原路退还，${early}；结束后 7 天还没打满的不退。`
}

/** When people mean to check in. */
export const hours = ['早上', '中午', '晚上']

/** From when to when a class runs. */
export function span(c: Pick<ChallengeClass, 'mode' | 'starts_on' | 'ends_on' | 'days'>): string {
  return c.mode === 'rolling' ? `${c.days} 天 · 随到随学` : `${c.days} 天 · ${dayWords(c.starts_on)} 至 ${dayWords(c.ends_on)}`
}

const han = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十']
const ordinal = (n: number) => han[n] ?? String(n)

type Way = Pick<ChallengeHome, 'no' | 'class' | 'reached' | 'days' | 'missed' | 'cards' | 'checked_in' | 'first_day'>

/** Whether one's own days are over, or the class was cancelled: nothing is left to do but to make days up. */
export const over = (h: Pick<ChallengeHome, 'no' | 'class'>) => h.no > h.class.days || h.class.state === 'cancelled'

/** What the page of a check-in has to say for today (0) or a day to make up; "form" where there is something to hand in. */
export type Stage = 'form' | 'done' | 'early' | 'over' | 'cancelled' | 'late'
export function stage(h: Pick<ChallengeHome, 'no' | 'class' | 'days' | 'missed' | 'checked_in'>, day: number): Stage {
  if (day ? h.days.some((d) => d.day === day) : h.checked_in) return 'done'
  if (h.class.state === 'cancelled') return 'cancelled'
  if (day) return h.missed.includes(day) ? 'form' : 'late'
  return h.no < 1 ? 'early' : over(h) ? 'over' : 'form'
}

/** What a day to make up asked; undefined where it cannot be made up. */
export const askedOn = (h: Pick<ChallengeHome, 'missed' | 'asked'>, day: number) => h.asked[h.missed.indexOf(day)]

/** How many milestones were reached, in words; "" where none was. */
export const reachedWords = (h: Pick<ChallengeHome, 'reached' | 'class'>) => (h.reached.length ? `到达 ${h.reached.length} 个里程碑，共 ${h.class.marks.length} 个` : '')

const utc = (d: number) => Date.UTC(Math.floor(d / 10000), (Math.floor(d / 100) % 100) - 1, d % 100)

/** How many check-ins there can still be up to a day: those there are, the days to come, and what may be made up. */
function within(h: Way, day: number): number {
  const made = h.missed.filter((d) => (utc(d) - utc(h.first_day)) / 86400_000 + 1 <= day).length
  const ahead = Math.max(0, day - Math.max(h.no, 1) + (h.checked_in ? 0 : 1))
  return h.days.filter((d) => d.no <= day).length + ahead + Math.min(h.cards, made)
}

/** What can be said of milestones that are behind or out of reach; "" when there is nothing. */
export function behind(h: Way): string {
  if (h.class.state === 'cancelled') return ''
  const open = h.class.marks.filter((m) => !h.reached.some((r) => r.day === m.day))
  const lost = open.filter((m) => within(h, m.day) < m.need)
  const back = open.filter((m) => m.day < h.no && !lost.includes(m))
  const which = `第 ${lost.map((m) => m.day).join('、')} 天的里程碑`
  const said = !lost.length ? [] : [over(h) ? `${which}没有得到：打卡的天数不够` : `${which}已经来不及：打卡的天数凑不够了，照常打卡仍然计入`]
  return [...said, ...back.map((m) => `补上 ${m.need - h.days.filter((d) => d.no <= m.day).length} 天，还能得到第 ${m.day} 天的里程碑`)].join('；')
}

/** What stands at the head of a challenge: where one is, and how far the next milestone is. */
export function headline(h: Way & Pick<ChallengeHome, 'total'>): string[] {
  const { days, marks } = h.class
  if (h.class.state === 'cancelled') return ['这个班取消了']
  if (h.no < 1) return [h.no === 0 ? '明天出发' : `还有 ${1 - h.no} 天出发`]
  if (h.no > days) return [`${days} 天走完了，`, `一共打卡 ${h.total} 天`]
  const day = coming(h)?.day
  const n = marks.findIndex((m) => m.day === day)
  if (n < 0) return [`第 ${h.no} 天`]
  const left = marks[n].day - h.no
  return left > 0 ? [`第 ${h.no} 天，`, `离第${ordinal(n + 1)}个渡口还有 ${left} 天`] : [`第 ${h.no} 天，`, `第${ordinal(n + 1)}个渡口就在今天`]
}

/** The next milestone that can still be reached, and what it takes; null when there is none. */
export function coming(h: Way) {
  if (over(h)) return null
  const m = h.class.marks.find((x) => x.day >= h.no && !h.reached.some((r) => r.day === x.day) && within(h, x.day) >= x.need)
  return m ? { ...m, done: h.days.filter((d) => d.no <= m.day).length } : null
}

export interface Stop { no: number; kind: 'done' | 'made' | 'missed' | 'today' | 'ahead'; mark: '' | 'reached' | 'next' | 'ahead' | 'missed' }
export interface Reach { stops: Stop[]; back: boolean; turn: boolean; past: boolean; width: number; labels: { at: number; text: string }[] }

const perRow = 7
const mostRows = 5

/** The challenge as a river of weeks: row by row, every other one runs back; of long ones the weeks around today. */
export function river(h: Way): Reach[] {
  const { days, marks } = h.class
  const rows = Math.ceil(days / perRow)
  const now = Math.min(rows - 1, Math.max(0, Math.floor((h.no - 1) / perRow)))
  const from = Math.max(0, Math.min(now - 2, rows - mostRows))
  const by = new Map(h.days.map((d) => [d.no, d]))
  const next = coming(h)?.day
  const out: Reach[] = []
  for (let row = from; row < Math.min(rows, from + mostRows); row++) {
    const stops: Stop[] = []
    for (let no = row * perRow + 1; no <= Math.min(days, (row + 1) * perRow); no++) {
      const d = by.get(no)
      const mark = marks.find((m) => m.day === no)
      stops.push({
        no,
        kind: no === h.no ? 'today' : d ? (d.made_up ? 'made' : 'done') : no < h.no ? 'missed' : 'ahead',
        mark: !mark ? '' : h.reached.some((r) => r.day === no) ? 'reached' : no === next ? 'next' : no < h.no || within(h, no) < mark.need ? 'missed' : 'ahead',
      })
    }
    const gone = Math.max(0, Math.min(stops.length, h.no - row * perRow))
    out.push({
      stops, back: (row - from) % 2 === 1, turn: row < rows - 1 && row < from + mostRows - 1, past: h.no > (row + 1) * perRow,
      width: gone === 0 ? 0 : gone >= perRow ? 100 : ((gone - 0.5) / perRow) * 100,
      labels: stops.flatMap((s, at) => (s.mark ? [{ at, text: `${s.no} 天` }] : [])),
    })
  }
  return out
}

/** Share of what was owed, as people read it. */
export const rate = (permille: number) => `${permille % 10 ? (permille / 10).toFixed(1) : permille / 10}%`
