/** What a new password lacks, by field; empty when it may be sent. The server has the last word. */
export function problems(old: string, fresh: string, again: string): { old: string; password: string; again: string } {
  return { old: old ? '' : '请填写现在的密码', password: weak(old, fresh), again: fresh === again ? '' : '两次填写的不一样' }
}

function weak(old: string, fresh: string): string {
  const signs = [...fresh]
  if (signs.length < 10) return '至少 10 位'
  if (new Set(signs).size === 1) return '不能全是同一个字符'
  return fresh === old ? '不能和现在的密码一样' : ''
}
