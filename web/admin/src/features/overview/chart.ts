import { yuan } from '@/app/format'
import type { DayFen } from '@/app/types'
import { best } from './revenue'

/** Axis labels: ¥0, ¥800, ¥1 万. */
const short = (fen: number) => (Math.abs(fen) >= 1_000_000 ? `¥${+(fen / 1_000_000).toFixed(1)} 万` : `¥${fen / 100}`)

/** ECharts option of the revenue line: zero-based, few grid lines, the peak labelled. */
export function chartOption(days: DayFen[], css: CSSStyleDeclaration) {
  const t = (name: string) => css.getPropertyValue(`--${name}`).trim()
  const text = { color: t('ink-2'), fontSize: parseFloat(t('t12')), fontFamily: t('font') }
  const top = best(days)
  return {
    animation: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
    grid: { left: 8, right: 16, top: 36, bottom: 4, containLabel: true },
    tooltip: {
      trigger: 'axis',
      valueFormatter: (v: unknown) => yuan(Number(v)),
      textStyle: { ...text, color: t('ink') },
      backgroundColor: t('surface'),
      borderColor: t('line'),
    },
    xAxis: {
      type: 'category',
      boundaryGap: false,
      data: days.map((d) => d.day.slice(5).replace('-', '/')),
      axisLabel: { ...text, interval: 6 },
      axisLine: { lineStyle: { color: t('line') } },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'value',
      splitNumber: 3,
      minInterval: 100,
      axisLabel: { ...text, formatter: short },
      splitLine: { lineStyle: { color: t('line') } },
    },
    series: [
      {
        type: 'line',
        name: '净收',
        data: days.map((d) => d.fen),
        symbol: 'none',
        lineStyle: { color: t('brand'), width: 2.5 },
        itemStyle: { color: t('brand') },
        areaStyle: { color: t('brand-soft'), opacity: 1 },
        markPoint: top
          ? {
              symbol: 'circle',
              symbolSize: 9,
              itemStyle: { color: t('surface'), borderColor: t('brand'), borderWidth: 2.5 },
              label: { ...text, color: t('ink'), fontWeight: 600, position: days.indexOf(top) > days.length - 4 ? 'left' : 'top', formatter: yuan(top.fen) },
              data: [{ coord: [days.indexOf(top), top.fen] }],
            }
          : undefined,
      },
    ],
  }
}
