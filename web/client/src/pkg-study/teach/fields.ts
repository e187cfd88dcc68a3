/** What somebody would teach, as it was typed: one by one, each once. */
export const fieldsOf = (text: string): string[] => [...new Set(text.split(/[、，,;；\n\s]+/u).map((x) => x.trim()).filter(Boolean))]
