/** The ending of the name that a download carries, in small letters and without its dot; '' when it has none. */
export function endingOf(header: Record<string, string>): string {
  const key = Object.keys(header).find((k) => k.toLowerCase() === 'content-disposition')
  const name = /filename\*=UTF-8''([^;]+)/i.exec(key ? header[key] : '')?.[1] ?? ''
  return /\.([a-z0-9]{1,8})$/i.exec(name)?.[1].toLowerCase() ?? ''
}
