import type { CardFace, CardKind, CardLayer } from '@/app/types'

/** What kinds of milestone, faces and layers are called. */
export const kinds: Record<CardKind, string> = { lesson: '课时', chapter: '章节', quiz: '测验', course: '结课', days: '打卡', hours: '时长', badge: '徽章', certificate: '证书' }
export const faces: { value: CardFace; label: string }[] = [{ value: 'portrait', label: '竖版' }, { value: 'square', label: '方版' }, { value: 'portrait_dark', label: '深色竖版' }, { value: 'square_dark', label: '深色方版' }]
export const layers: Record<CardLayer['kind'], string> = {
  block: '色块', gradient: '渐变', picture: '图片', voyage: '远航画面', medal: '徽章画面', ring: '打卡圆环', mark: '校标', brand: '合伙人品牌', text: '文字', line: '线', facts: '数据栏', qr: '二维码', seal: '印章',
}
export const states: Record<'draft' | 'on' | 'off', { label: string; tone: '' | 'ok' | 'warn' }> = { draft: { label: '草稿', tone: 'warn' }, on: { label: '使用中', tone: 'ok' }, off: { label: '已停用', tone: '' } }
/** The fields of texts, each with what it becomes. */
export const fields: [string, string][] = [
  ['learner', '学员称呼'], ['lead', '怎么达成的'], ['title', '里程碑名'], ['sub', '课程与主讲'], ['course', '课程名'], ['part', '课时、章节或证书名'], ['teacher', '主讲'], ['school', '学校名'], ['brand', '合伙人品牌'], ['medal', '绶带上的字'],
  ['minutes', '学习分钟'], ['lessons', '学完课时'], ['lessons_all', '全部课时'], ['days', '学习天数'], ['span', '历时天数'], ['score', '测验成绩'], ['hours', '满多少小时'],
  ['from', '开始日'], ['until', '达成日'], ['period', '起止日'], ['issued', '签发日'], ['code', '编号'], ['water', '水纹说明'], ['note', '导师寄语'], ['mentor', '导师'],
]
const used: Record<CardLayer['kind'], string[]> = {
  block: ['x', 'y', 'w', 'h', 'radius', 'color', 'shade'], gradient: ['x', 'y', 'w', 'h', 'color', 'second'], picture: ['x', 'y', 'w', 'h', 'key', 'shade'], voyage: ['x', 'y', 'w', 'h', 'dark'], medal: ['x', 'y', 'w', 'h', 'color', 'second'],
  ring: ['x', 'y', 'w', 'h'], mark: ['x', 'y', 'w', 'color', 'second'], brand: ['x', 'y', 'w', 'size', 'color'], text: ['text', 'x', 'y', 'w', 'size', 'least', 'lines', 'second_size', 'leading', 'spread', 'bold', 'align', 'even', 'color'],
  line: ['x', 'y', 'w', 'h', 'color'], facts: ['x', 'y', 'w', 'h', 'size', 'color', 'second'], qr: ['x', 'y', 'w', 'color'], seal: ['x', 'y', 'w', 'color', 'second'],
}
/** Which properties a kind of layer has. */
export const propertiesOf = (kind: CardLayer['kind']) => used[kind]
export const numbers: Record<string, string> = { x: '左', y: '上', w: '宽', h: '高', radius: '圆角', size: '字号', least: '最小字号', lines: '最多行数', second_size: '多行时字号', leading: '行距（倍）', spread: '字距（千分）', bold: '加粗（千分）', shade: '透明（%）' }
export const colors: Record<string, string> = { color: '颜色', second: '第二色' }

/** A new layer of a kind, in the middle of a face that is so high. */
export function fresh(kind: CardLayer['kind'], height: number): CardLayer {
  const at = { kind, x: 340, y: Math.round(height / 2) - 100, w: 400, h: 200, color: '#1F6F5C', second: '#82ADA0' }
  if (kind === 'text') return { kind, x: 80, y: Math.round(height / 2), w: 920, size: 40, least: 28, color: '#1F2329', text: '{title}' }
  if (kind === 'qr') return { kind, x: 470, y: at.y, w: 148, color: '#12382F' }
  if (kind === 'mark' || kind === 'seal') return { kind, x: 480, y: at.y, w: 112, color: '#B23A22', second: '#FBF7F0' }
  if (kind === 'brand') return { kind, x: 480, y: at.y, w: 56, size: 30, color: '#185A4B' }
  if (kind === 'voyage' || kind === 'medal' || kind === 'ring') return { kind, x: 0, y: 0, w: 1080, h: Math.round(height * 0.6), color: '#12463A', second: '#FBF7F0' }
  if (kind === 'facts') return { kind, x: 80, y: at.y, w: 920, h: 160, size: 56, color: '#185A4B', second: '#5C5346' }
  return at
}
/** What a layer is called in the list. */
export const nameOf = (l: CardLayer) => (l.kind === 'text' ? l.text || '空的文字' : layers[l.kind])
