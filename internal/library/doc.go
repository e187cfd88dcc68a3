// Package library shows staff all material in one place: videos, sounds, documents,
// e-books, pictures and files, in folders, with where each is used. It owns the folders
// and what lies in them; the material itself belongs to media, document and ebook, which
// it reads and asks to delete.
//
// What something that is not deleted uses, is not deleted: neither is what a kept version
// of a course needs.
package library

import (
	"context"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/document"
	"zhizhou/internal/ebook"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
)

const (
	maxDepth   = 5
	maxFolders = 500
)

// The refusals of this domain.
var (
	ErrGone        = errs.New(errs.NotFound, "material_gone", "没有这份素材，或已删除")
	ErrUsed        = errs.New(errs.Conflict, "material_used", "还在使用，不能删除")
	ErrFolderGone  = errs.New(errs.NotFound, "folder_gone", "没有这个文件夹，或已删除")
	ErrFolder      = errs.New(errs.Invalid, "folder_invalid", "请检查文件夹")
	ErrFolderTaken = errs.New(errs.Conflict, "folder_taken", "这里已有同名的文件夹").Field("name", "已有同名的文件夹")
	ErrFolderFull  = errs.New(errs.Conflict, "folder_not_empty", "文件夹里还有内容，请先移走，或选择「内容移到上一级」")
	ErrFolderOwn   = errs.New(errs.Forbidden, "folder_not_yours", "只能整理自己建的文件夹")
)

// Service is the library.
type Service struct {
	DB       *db.DB
	Clock    clock.Clock
	Media    *media.Service
	Document *document.Service
	Ebook    *ebook.Service
	Logo     func(context.Context) (string, error) // blob key of the school's; "" for none
}

func (s *Service) now() int64 { return clock.MS(s.Clock) }

// Who asks: instructors see and move only what they uploaded themselves.
type Who struct {
	StaffID int64
	OwnOnly bool
}
