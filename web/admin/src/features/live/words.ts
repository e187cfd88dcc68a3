/** How long somebody was there: whole minutes, seconds below one. */
export function minutes(ms: number): string {
  return ms < 60_000 ? `${Math.floor(ms / 1000)} 秒` : `${Math.floor(ms / 60_000)} 分钟`
}

/** What a room's state is called. */
export const stateName: Record<string, string> = { scheduled: '未开始', live: '直播中', paused: '暂时中断', ended: '已结束', replay: '可看回放' }
/** What becomes of its recording. */
export const replayName: Record<string, string> = { off: '不录制', wanted: '结束后生成回放', making: '正在生成回放', made: '回放已生成', failed: '回放没有生成' }
