/** What is wrong with the files chosen for an invoice, '' if nothing; `need` asks for one that people can read. */
export function chosen(files: File[], need: boolean): string {
  const kinds = files.map((f) => f.name.toLowerCase().match(/\.(pdf|ofd|xml)$/)?.[1] ?? '')
  const strange = files.find((_, i) => !kinds[i])
  if (strange) return `「${strange.name}」不是 PDF、OFD 或 XML`
  const large = files.find((f) => f.size > 5 << 20)
  if (large) return `「${large.name}」超过 5 MB`
  if (new Set(kinds).size < kinds.length) return '同一种格式只要一个文件'
  return need && !kinds.includes('pdf') && !kinds.includes('ofd') ? '请选择发票的 PDF 或 OFD' : ''
}

/** A file as base64. */
export function base64(f: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(f)
  })
}
