/** Why a number of seconds cannot be a preview, '' when it can. To close the preview there is the switch. */
export function previewProblem(seconds: unknown): string {
  const n = seconds === '' ? Number.NaN : Number(seconds)
  return Number.isInteger(n) && n >= 1 && n <= 3600 ? '' : '试看为 1–3600 的整秒；不要试看请关掉开关'
}
