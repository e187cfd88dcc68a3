import type { Growth } from '@/app/types'

/** Every local day of a period as YYYYMMDD, with nothing where nothing happened. */
export function everyDay(g: Pick<Growth, 'from' | 'until' | 'days'>): Growth['days'] {
  const of = new Map(g.days.map((d) => [d.day, d]))
  const out: Growth['days'] = []
  for (let t = g.from; t < g.until; t += 86_400_000) {
    const d = new Date(t + 8 * 3_600_000)
    const day = d.getUTCFullYear() * 10_000 + (d.getUTCMonth() + 1) * 100 + d.getUTCDate()
    out.push(of.get(day) ?? { day, shares: 0, visits: 0, joins: 0 })
  }
  return out
}

/** The chart of the days; colours and sizes come from the tokens. */
export function daily(g: Growth, css: CSSStyleDeclaration) {
  const v = (n: string) => css.getPropertyValue(n).trim()
  const days = everyDay(g)
  const font = { color: v('--ink-2'), fontFamily: v('--font'), fontSize: 12 }
  const line = (name: string, key: 'shares' | 'visits' | 'joins', color: string, type = 'solid') => ({ name, type: 'line', data: days.map((d) => d[key]), showSymbol: false, lineStyle: { color, width: 2, type }, itemStyle: { color } })
  return {
    animation: false, grid: { left: 40, right: 12, top: 36, bottom: 28 }, tooltip: { trigger: 'axis', confine: true }, legend: { top: 0, left: 0, textStyle: font, itemWidth: 20 },
    xAxis: { type: 'category', data: days.map((d) => `${String(d.day).slice(4, 6)}-${String(d.day).slice(6)}`), axisLabel: font, axisTick: { show: false }, axisLine: { lineStyle: { color: v('--line') } } },
    yAxis: { type: 'value', minInterval: 1, splitNumber: 3, axisLabel: font, splitLine: { lineStyle: { color: v('--line-2') } } },
    series: [line('打开', 'visits', v('--brand-mid')), line('分享', 'shares', v('--brand')), line('注册', 'joins', v('--warning'), 'dashed')],
  }
}
