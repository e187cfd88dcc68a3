/** What a file is called in a few letters: its ending, or what it holds when the name has none. */
export function kindOf(name: string, mime: string): string {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]
  if (ending) return ending.toUpperCase()
  return mime.startsWith('image/') ? '图片' : mime === 'application/pdf' ? 'PDF' : '文件'
}
