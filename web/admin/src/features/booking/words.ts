import { date, hour } from '@/app/format'
import type { Booked, Slot } from '@/app/types'

export const kinds = [{ value: 'offline', label: '线下' }, { value: 'online', label: '线上' }, { value: 'one_to_one', label: '一对一' }] as const

export const slotStates: Record<Slot['state'], { text: string; tone: '' | 'ok' | 'warn' | 'bad' }> = { open: { text: '可约', tone: 'ok' }, closed: { text: '停止预约', tone: 'warn' }, cancelled: { text: '已取消', tone: '' } }

const states: Record<Booked['state'], string> = { booked: '已约', waiting: '排队', attended: '到场', absent: '缺席', cancelled: '已取消' }
const ends: Record<string, string> = { learner: '学员取消', staff: '老师取消', slot: '场次取消', access: '课程到期或退款', full: '没等到名额', merged: '账号合并' }
/** What a booking is, and who ended it. */
export const stateText = (b: Booked) => (b.state === 'cancelled' ? ends[b.ended_by] ?? states.cancelled : states[b.state])

const week = ['日', '一', '二', '三', '四', '五', '六']
/** 2027-03-06 周六 10:00–11:00, by the clock of China. */
export const when = (x: { starts_at: number; ends_at: number }) => `${date(x.starts_at)} 周${week[new Date(`${date(x.starts_at)}T00:00:00Z`).getUTCDay()]} ${hour(x.starts_at)}–${hour(x.ends_at)}`

/** 20270306 from what an input of dates writes; 0 for none. */
export const dayNumber = (text: string) => Number(text.replaceAll('-', '')) || 0
/** The minute of the day from 10:30; -1 for none. */
export const minuteOf = (text: string) => (/^\d{2}:\d{2}$/.test(text) ? Number(text.slice(0, 2)) * 60 + Number(text.slice(3)) : -1)
