/** The text with what scrolls sideways (code, formulas, tables) reachable by keyboard; words that are read aloud stay as they are. */
export const reachable = (html: string): string => html
  .replace(/<pre(?=[\s>])/g, '<pre tabindex="0" role="group" aria-label="代码"')
  .replace(/<div(?= data-tex=)/g, '<div tabindex="0" role="group" aria-label="公式"')
  .replace(/<table(?=[\s>])/g, '<table tabindex="0"')
