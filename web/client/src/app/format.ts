import { chinaClock, chinaDate, chinaTime } from '@zhizhou/sdk'

/** ¥ with two decimals and thousands commas; minus is U+2212. Takes fen. */
export function yuan(fen: number): string {
  const abs = Math.abs(fen)
  const whole = String(Math.floor(abs / 100)).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${fen < 0 ? '−' : ''}¥${whole}.${String(abs % 100).padStart(2, '0')}`
}

/** A position like 06:20 or 1:02:09. Takes ms. */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  const h = Math.floor(s / 3600)
  return h > 0 ? `${h}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${two(Math.floor(s / 60))}:${two(s % 60)}`
}

/** A length in words: 6 小时 12 分, 12 分 20 秒, 45 秒. Takes ms. */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000))
  const h = Math.floor(s / 3600)
  const m = Math.floor(s / 60) % 60
  if (h > 0) return m > 0 ? `${h} 小时 ${m} 分` : `${h} 小时`
  if (m > 0) return s % 60 > 0 ? `${m} 分 ${s % 60} 秒` : `${m} 分钟`
  return `${s} 秒`
}

/** Whole minutes in words, at least one once anything was studied. Takes ms. */
export function minutes(ms: number): string {
  const m = ms > 0 ? Math.max(1, Math.round(ms / 60000)) : 0
  return m >= 60 ? span(m * 60000) : `${m} 分钟`
}

/** 11 月 20 日, with the year when it is not this one. Takes UTC ms, shows China's day. */
export function day(at: number, now = Date.now()): string {
  const t = chinaTime(at)
  const text = `${t.month} 月 ${t.day} 日`
  return t.year === chinaTime(now).year ? text : `${t.year} 年 ${text}`
}

/** The last day, China's, on which something is usable that ends at `until` (UTC ms): 11 月 19 日 for what ends at the midnight that begins the 20th. */
export const lastDay = (until: number, now = Date.now()) => day(until - 1, now)

/** 2026-11-20 09:32, China's time. Takes UTC ms. */
export const moment = (at: number) => `${chinaDate(at)} ${chinaClock(at)}`

/** 09:32, China's time. Takes UTC ms. */
export const hourMinute = (at: number) => chinaClock(at)

/** 1.2 MB, 340 KB. Takes bytes. */
export function size(bytes: number): string {
  if (bytes >= 1 << 20) return `${(bytes / (1 << 20)).toFixed(1)} MB`
  return `${Math.max(1, Math.round(bytes / 1024))} KB`
}

/** How long an offer opens things: so many days, so many months, until a date, or for good (all 0). */
export interface Term { period_days: number; period_months: number; until_at: number }

/** 365 天有效, 12 个月有效, 11 月 20 日前有效 or 长期有效. */
export function period(t?: Term, now = Date.now()): string {
  if (t?.until_at) return `${day(t.until_at, now)}前有效`
  if (t?.period_months) return `${t.period_months} 个月有效`
  return t?.period_days ? `${t.period_days} 天有效` : '长期有效'
}

/** An offer in one line: its name, how long it lasts unless the name says so or its kind has no such time, and more. */
export function offerNote(name: string, t: Term & { kind?: string }, ...more: string[]): string {
  const lasts = ['service', 'class', 'deposit'].includes(t.kind ?? '') ? name : period(t)
  return [name, name === lasts ? '' : lasts, ...more].filter(Boolean).join(' · ')
}

/** Time left in words, without ticking seconds: 2 天 3 小时, 3 小时 12 分, 12 分钟, 不到 1 分钟. Takes ms. */
export function left(ms: number): string {
  const m = Math.floor(Math.max(0, ms) / 60000)
  const [d, h] = [Math.floor(m / 1440), Math.floor(m / 60) % 24]
  if (d > 0) return h > 0 ? `${d} 天 ${h} 小时` : `${d} 天`
  if (h > 0) return m % 60 > 0 ? `${h} 小时 ${m % 60} 分` : `${h} 小时`
  return m > 0 ? `${m} 分钟` : '不到 1 分钟'
}

const DIGITS = '零一二三四五六七八九'
/** 1 → 一, 12 → 十二, 20 → 二十; numbers over 99 stay Arabic. */
export function hanNumber(n: number): string {
  if (n < 0 || n > 99) return String(n)
  if (n < 10) return DIGITS[n]
  const ten = Math.floor(n / 10)
  return `${ten > 1 ? DIGITS[ten] : ''}十${n % 10 ? DIGITS[n % 10] : ''}`
}

/** 12,480. */
export function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',')
}
