const chinaMs = 8 * 3_600_000

/** `2026-11-20 09:32:07` in China, wherever it is read or printed. */
export const moment = (ms: number) => new Date(ms + chinaMs).toISOString().slice(0, 19).replace('T', ' ')
