import type { GoodsKind } from '@zhizhou/sdk'

/** The usual reasons for wanting the money of this kind of goods back. */
export function refundReasons(kind: GoodsKind): string[] {
  if (kind === 'service') return ['和预期不一样', '买错了', '时间约不上', '不需要了']
  if (kind === 'class' || kind === 'deposit') return ['时间安排不开', '买错了', '和预期不一样', '不需要了']
  if (kind === 'membership' || kind === 'column') return ['内容和预期不一样', '买错了', '暂时用不上', '播放有问题']
  return ['内容和预期不一样', '买错了', '暂时没有时间学', '播放有问题']
}

/** What giving the money back ends. */
export function refundEnds(kind: GoodsKind): string {
  return { service: '这项服务不再提供', membership: '会员会收回', bundle: '课程包里的课程会关闭', lesson: '这一课会关闭', course: '课程会关闭', column: '专栏会关闭', class: '你会离开这个班', deposit: '你会离开这个班' }[kind]
}
