import type { Editor } from '@tiptap/core'
import type { IconName } from '@/ui/icons'

type Chain = ReturnType<Editor['chain']>
/** A button over the text. `ask` opens a dialog instead of changing the text at once. */
export interface Tool {
  icon?: IconName
  text?: string
  label: string
  on?: [string, object?]
  run?: (c: Chain) => Chain
  ask?: 'link' | 'image' | 'formula' | 'clip' | 'import' | 'alt'
}

/** The tools in their groups. */
export const tools: Tool[][] = [
  [
    { icon: 'undo', label: '撤销', run: (c) => c.undo() },
    { icon: 'redo', label: '重做', run: (c) => c.redo() },
  ],
  [
    { icon: 'h', label: '标题', on: ['heading', { level: 2 }], run: (c) => c.toggleHeading({ level: 2 }) },
    { icon: 'h3', label: '小标题', on: ['heading', { level: 3 }], run: (c) => c.toggleHeading({ level: 3 }) },
    { icon: 'bold', label: '加粗', on: ['bold'], run: (c) => c.toggleBold() },
    { icon: 'italic', label: '斜体', on: ['italic'], run: (c) => c.toggleItalic() },
    { icon: 'link', label: '链接', on: ['link'], ask: 'link' },
  ],
  [
    { icon: 'list', label: '项目列表', on: ['bulletList'], run: (c) => c.toggleBulletList() },
    { icon: 'olist', label: '编号列表', on: ['orderedList'], run: (c) => c.toggleOrderedList() },
    { icon: 'quote', label: '引用', on: ['blockquote'], run: (c) => c.toggleBlockquote() },
    { icon: 'code', label: '代码', on: ['codeBlock'], run: (c) => c.toggleCodeBlock() },
    { icon: 'line', label: '分隔线', run: (c) => c.setHorizontalRule() },
  ],
  [
    { icon: 'image', label: '图片', ask: 'image' },
    { icon: 'table', label: '表格', run: (c) => c.insertTable({ rows: 3, cols: 3, withHeaderRow: true }) },
    { icon: 'formula', label: '公式', ask: 'formula' },
    { icon: 'video', label: '视频或音频', ask: 'clip' },
    { icon: 'upload', label: '从文件导入', ask: 'import' },
  ],
]

/** What can be done where the cursor stands. */
export function atCursor(e: Editor): Tool[] {
  if (e.isActive('table'))
    return [
      { text: '加一行', label: '在下面加一行', run: (c) => c.addRowAfter() },
      { text: '删这行', label: '删除这一行', run: (c) => c.deleteRow() },
      { text: '加一列', label: '在右边加一列', run: (c) => c.addColumnAfter() },
      { text: '删这列', label: '删除这一列', run: (c) => c.deleteColumn() },
      { text: '表头', label: '第一行作为表头', run: (c) => c.toggleHeaderRow() },
      { text: '删表格', label: '删除整个表格', run: (c) => c.deleteTable() },
    ]
  if (e.isActive('figure')) return [{ text: '图片说的是什么', label: '写给看不见图片的人', ask: 'alt' }]
  return []
}
