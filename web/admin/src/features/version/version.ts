import type { CourseVersion, VersionCause, VersionChange } from '@/app/types'

export const causeLabels: Record<VersionCause, string> = { manual: '手动保存', publish: '上架时', restore: '恢复前', import: '导入', clone: '复制', bulk: '批量修改前' }
const partLabels: Record<VersionChange['part'], string> = { course: '课程资料', chapter: '章', lesson: '课时', attachment: '附件' }
const changeLabels: Record<VersionChange['change'], string> = { added: '新增', removed: '去掉', changed: '修改' }
const fieldLabels: Record<string, string> = {
  title: '标题', promise: '一句话', intro_html: '介绍', audience: '适合谁', outcomes: '收获', tags: '标签', cover: '封面', scene: '配图', instructor_id: '讲师', category_id: '分类', cadence: '更新节奏', planned_count: '期数',
  is_free: '是否免费', preview_ms: '试看', preview_pages: '试读', body_html: '正文', asset_id: '视频', document_id: '文档', ebook_id: '电子书', released: '是否发布', opens_at: '解锁时间', opens_after_days: '解锁天数', after_lesson_id: '先学课时',
  position: '位置', in_order: '按顺序看', paper: '试卷', points: '答题点', task: '作业', captions: '字幕和文稿', marks: '章节', booking: '预约设置', live: '直播安排', certificate: '证书设置', name: '名称', permission: '权限', lesson_id: '所属课时', file_id: '文件', bytes: '大小', mime: '类型', blob_key: '文件',
}

/** What is other than in the version before, in words. */
export function changesOf(v: CourseVersion): string {
  const out = [v.added && `新增 ${v.added} 课时`, v.removed && `去掉 ${v.removed} 课时`, v.changed && `改动 ${v.changed} 课时`, v.others && `其他 ${v.others} 处`].filter(Boolean)
  return out.join('，') || '没有变化'
}

/** One difference in words. */
export function lineOf(c: VersionChange): string {
  const fields = [...new Set(c.fields.map((f) => fieldLabels[f] ?? f))].join('、')
  return `${changeLabels[c.change]}${partLabels[c.part]}「${c.title}」${fields ? `：${fields}` : ''}`
}
