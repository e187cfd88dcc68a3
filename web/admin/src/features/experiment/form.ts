import { parseYuan, yuanInput, yuanProblem } from '@/app/format'
import { tooLong } from '@/app/text'
import type { Experiment, ExperimentInput } from '@/app/types'

/** A price experiment's form as typed; amounts are text in yuan. The control pays the list price. */
export interface ExperimentForm {
  name: string
  skuId: number
  until: number
  least: string
  control: number
  prices: { label: string; price: string; weight: number }[]
}

/** The form of a draft, or of a new one. */
export function formOf(e: Experiment | null): ExperimentForm {
  const [control, ...rest] = e?.outcomes ?? []
  return {
    name: e?.name ?? '',
    skuId: e?.sku_id ?? 0,
    until: e?.ends_at ?? 0,
    least: e ? yuanInput(e.min_fen) : '',
    control: control?.weight ?? 50,
    prices: rest.length ? rest.map((o) => ({ label: o.label, price: yuanInput(o.price_fen), weight: o.weight })) : [{ label: '低价', price: '', weight: 50 }],
  }
}

const weighs = (n: unknown) => Number.isInteger(n) && (n as number) >= 1 && (n as number) <= 1000

/** What the form saves, or which fields are wrong and why. */
export function inputOf(f: ExperimentForm, version: number): { input: ExperimentInput } | { wrong: Record<string, string> } {
  const wrong: Record<string, string> = {}
  if (!f.name.trim()) wrong.name = '请填写名称'
  else if (tooLong(f.name, 40)) wrong.name = '名称最多 40 个字'
  if (!f.skuId) wrong.sku_id = '请选一个规格'
  if (!f.until) wrong.ends_at = '请选择结束时间'
  const least = yuanProblem(f.least, 1)
  if (least) wrong.min_fen = least
  if (!weighs(f.control) || f.prices.some((p) => !weighs(p.weight))) wrong.variants = '分流比例是 1–1000 的整数'
  for (const [i, p] of f.prices.entries()) {
    const why = yuanProblem(p.price, 1)
    if (why) wrong.variants ??= `第 ${i + 1} 个价格：${why}`
    else if (!least && parseYuan(p.price)! < parseYuan(f.least)!) wrong.variants ??= `第 ${i + 1} 个价格低于最低价`
  }
  if (Object.keys(wrong).length) return { wrong }
  return {
    input: {
      version,
      sku_id: f.skuId,
      name: f.name.trim(),
      min_fen: parseYuan(f.least)!,
      ends_at: f.until,
      variants: [{ label: '标价', price_fen: 0, weight: f.control }, ...f.prices.map((p) => ({ label: p.label.trim(), price_fen: parseYuan(p.price)!, weight: p.weight }))],
    },
  }
}

/** The ends of a plot that holds every interval and the line of no difference. */
export function span(estimates: { low: number; high: number }[]): { low: number; high: number } {
  const low = Math.min(0, ...estimates.map((e) => e.low))
  const high = Math.max(0, ...estimates.map((e) => e.high))
  const room = (high - low || 1) * 0.08
  return { low: low - room, high: high + room }
}
