// Package ebook owns e-books (EPUB 2 and 3). An upload is taken apart when it
// arrives: its chapters become texts under the same allow-list as articles, its
// pictures are decoded, written anew and kept where only signed addresses reach them,
// and styles, scripts, fonts and drawings are dropped. What cannot be read is refused
// with a reason, so a book that is stored is ready. It refuses encrypted and damaged
// books and those beyond the limits; it fetches nothing. Its tables are ebooks,
// ebook_chapters and ebook_pictures.
package ebook

import "zhizhou/internal/errs"

// The errors of this package.
var (
	ErrGone    = errs.New(errs.NotFound, "ebook_gone", "找不到这本电子书")
	ErrChapter = errs.New(errs.NotFound, "chapter_gone", "没有这一章")
	ErrUsed    = errs.New(errs.Conflict, "ebook_used", "还有课时在使用这本电子书，请先在课时里更换文件")
	ErrKind    = errs.New(errs.Invalid, "ebook_kind", "请上传 EPUB 文件")
	ErrBroken  = errs.New(errs.Invalid, "ebook_broken", "文件不完整或已损坏，请重新导出后上传")
	ErrLocked  = errs.New(errs.Invalid, "ebook_locked", "电子书加了密（DRM），不能上传，请使用没有加密的文件")
	ErrHeavy   = errs.New(errs.Invalid, "ebook_heavy", "电子书太大：最多 1000 章、2000 张图，展开后不超过 300 MB")
	ErrEmpty   = errs.New(errs.Invalid, "ebook_empty", "电子书里没有可以读的文字")
	ErrLink    = errs.New(errs.Forbidden, "picture_link", "图片地址无效或已过期，请刷新后再读")
	ErrReader  = errs.New(errs.Forbidden, "picture_reader", "这个地址属于另一个账号或设备")
	ErrQuery   = errs.New(errs.Invalid, "search_words", "请输入 1–50 个字").Field("q", "1–50 个字")
)
