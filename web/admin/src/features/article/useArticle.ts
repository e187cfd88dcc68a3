import type { Editor } from '@tiptap/core'
import { TableKit } from '@tiptap/extension-table'
import StarterKit from '@tiptap/starter-kit'
import { useEditor } from '@tiptap/vue-3'
import { ref, watch, type Ref } from 'vue'
import { call } from '@/app/api'
import { Clip, Figure, Formula, FormulaBlock, Sub, Sup } from './nodes'
import { cleanPaste, pictures } from './paste'

/** The editor of an article: its document, the pictures that are put in, and what went wrong with them. */
export function useArticle(html: Ref<string>, label: string, edit: (tex: string, block: boolean) => void) {
  const problem = ref('')
  const loading = ref(0)
  const text = (e: Editor) => (e.isEmpty ? '' : e.getHTML())

  async function add(files: File[]) {
    problem.value = ''
    for (const raw of files) {
      loading.value++
      try {
        const p = await call('addImage', { raw })
        editor.value?.chain().focus().insertContent({ type: 'figure', attrs: { src: p.url, alt: '', width: p.width, height: p.height } }).run()
      } catch (e) {
        problem.value = `「${raw.name}」没有放进来：${e instanceof Error ? e.message : '请稍后再试'}`
      } finally {
        loading.value--
      }
    }
  }
  function taken(files: FileList | undefined | null): boolean {
    const found = pictures(files)
    if (found.length) void add(found)
    return found.length > 0
  }
  const editor = useEditor({
    content: html.value,
    extensions: [
      StarterKit.configure({ heading: { levels: [2, 3, 4] }, link: { openOnClick: false, protocols: ['http', 'https', 'mailto', 'tel'] } }),
      TableKit.configure({ table: { resizable: false } }),
      Figure,
      Formula.configure({ edit }),
      FormulaBlock.configure({ edit }),
      Clip,
      Sup,
      Sub,
    ],
    editorProps: {
      attributes: { class: 'rich', role: 'textbox', 'aria-multiline': 'true', 'aria-label': label },
      transformPastedHTML: cleanPaste,
      handlePaste: (_, e) => !e.clipboardData?.getData('text/html') && taken(e.clipboardData?.files),
      handleDrop: (_, e, __, moved) => !moved && taken(e.dataTransfer?.files),
    },
    onUpdate: ({ editor: e }) => {
      html.value = text(e)
    },
  })
  watch(html, (v) => {
    if (editor.value && v !== text(editor.value)) editor.value.commands.setContent(v, { emitUpdate: false })
  })
  return { editor, add, problem, loading }
}
