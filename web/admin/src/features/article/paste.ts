/** What is read off a text: its characters without spaces, and the minutes that reading it takes. */
export function measure(text: string): { count: number; minutes: number } {
  const count = [...text.replace(/\s/g, '')].length
  return { count, minutes: Math.max(1, Math.ceil(count / 400)) }
}

/** Cleans what word processors and pages put on the clipboard; the rest is the editor's own schema to decide. */
export function cleanPaste(html: string): string {
  return html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<(style|script|xml|title)\b[\s\S]*?<\/\1>/gi, '')
    .replace(/<\/?(style|script|xml|title|meta|link)\b[^>]*>/gi, '')
    .replace(/<\/?(o|w|v|m):[^>]*>/gi, '')
    .replace(/<(\/?)h1\b/gi, '<$1h2')
    .replace(/<(\/?)h[56]\b/gi, '<$1h4')
}

/** The pictures among files. */
export function pictures(files: FileList | undefined | null): File[] {
  return [...(files ?? [])].filter((f) => /^image\/(png|jpe?g|gif|webp)$/.test(f.type))
}
