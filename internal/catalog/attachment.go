package catalog

import (
	"context"
	"errors"
	"fmt"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Attachment is a file that comes with a course or a lesson.
type Attachment struct {
	ID       int64
	CourseID int64
	LessonID int64 // 0: of the whole course
	Name     string
	BlobKey  string
	Bytes    int64
	Mime     string
	Position int64
	// FileID is the stored file, which other courses may use too.
	FileID     int64
	Permission string // MayDownload or MayView
}

// What learners may do with an attachment.
const (
	MayDownload = "download"
	MayView     = "view" // on our pages, with the reader's mark; never as a file
)

// Attachments lists the files of a course.
func (s *Service) Attachments(ctx context.Context, courseID int64) ([]Attachment, error) {
	var rows []Attachment
	err := s.db.List(ctx, qAttachments, &rows, courseID)
	return rows, err
}

// Attachment returns one file. Returns ErrAttachmentGone.
func (s *Service) Attachment(ctx context.Context, attachmentID int64) (Attachment, error) {
	var a Attachment
	err := s.db.Get(ctx, qAttachment, &a, attachmentID)
	if errors.Is(err, db.ErrNone) {
		return a, ErrAttachmentGone
	}
	return a, err
}

// AddAttachment adds a stored file to a course. Returns ErrAttachment, ErrCourseGone,
// ErrLessonGone.
func (s *Service) AddAttachment(ctx context.Context, scope int64, a Attachment) (int64, error) {
	a.ID = id.New()
	if a.Permission == "" {
		a.Permission = MayDownload
	}
	var err error
	if a.Name, err = named(a.Name, 150, ErrAttachment, "name", "文件名为 1–150 个字"); err != nil {
		return 0, err
	}
	if a.LessonID != 0 {
		if l, err := s.Lesson(ctx, a.LessonID); err != nil || l.CourseID != a.CourseID {
			return 0, ErrLessonGone
		}
	}
	return a.ID, s.edit(ctx, scope, a.CourseID, "attachment.create", map[string]any{"name": a.Name, "bytes": a.Bytes, "permission": a.Permission}, func(ctx context.Context, tx *db.Tx) error {
		for _, f := range s.onAttach {
			if err := f(ctx, tx, a); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, qAttachmentInsert, a.ID, a.CourseID, a.LessonID, a.Name, a.BlobKey, a.Bytes, a.Mime, a.FileID, a.Permission)
		return err
	})
}

// ChangeAttachment gives an attachment another name and permission. Returns
// ErrAttachmentGone, ErrAttachment.
func (s *Service) ChangeAttachment(ctx context.Context, scope int64, a Attachment) error {
	var err error
	if a.Name, err = named(a.Name, 150, ErrAttachment, "name", "文件名为 1–150 个字"); err != nil {
		return err
	}
	if a.Permission != MayDownload && a.Permission != MayView {
		return ErrAttachment.Field("permission", "请选择可下载或仅在线查看")
	}
	return s.edit(ctx, scope, a.CourseID, "attachment.update", map[string]any{"id": a.ID, "name": a.Name, "permission": a.Permission}, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qAttachmentChange, a.ID, a.CourseID, a.Name, a.Permission)
		if err == nil && n == 0 {
			return ErrAttachmentGone
		}
		return err
	})
}

// OnAttach registers f to run in the transaction that attaches a file: its owner keeps
// it from being deleted meanwhile.
func (s *Service) OnAttach(f func(ctx context.Context, tx *db.Tx, a Attachment) error) {
	s.onAttach = append(s.onAttach, f)
}

// DeleteAttachment removes a file from a course. Returns ErrAttachmentGone.
func (s *Service) DeleteAttachment(ctx context.Context, scope, courseID, attachmentID int64) error {
	return s.edit(ctx, scope, courseID, "attachment.delete", fmt.Sprint(attachmentID), func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qAttachmentDelete, attachmentID, courseID)
		if err == nil && n == 0 {
			return ErrAttachmentGone
		}
		return err
	})
}
