// Package caption owns what is said in videos and audio: subtitles by language,
// transcripts, and the marks at which their parts begin. Files in WebVTT, SRT or plain
// text are read within limits, and what they cannot mean is refused with its row;
// markup other than bold, italic and underlined is dropped. It does not decide who may
// read: what is shown of a preview is cut by Until. Tables: captions, lesson_marks,
// caption_kept, caption_holds.
//
// Invariants:
//   - INV-19: of a preview no line is told that begins after its end, and of a text
//     without times nothing.
package caption

import (
	"context"
	"errors"
	"fmt"

	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
)

// The refusals of this package.
var (
	ErrFile     = errs.New(errs.Invalid, "caption_file", "字幕文件读不懂，请检查后再上传")
	ErrBig      = errs.New(errs.Invalid, "caption_big", "字幕太长：最多 2 MB、20000 条、20 万字")
	ErrPlain    = errs.New(errs.Invalid, "caption_plain", "字幕要有时间，请上传 WebVTT 或 SRT 文件；没有时间的文字可以作为文稿")
	ErrEmpty    = errs.New(errs.Invalid, "caption_empty", "文件里没有文字")
	ErrLanguage = errs.New(errs.Invalid, "caption_language", "请选择语言").Field("language", "请选择语言")
	ErrForm     = errs.New(errs.Invalid, "caption_form", "只有视频和音频课时有字幕、文稿和章节")
	ErrGone     = errs.New(errs.NotFound, "caption_gone", "没有这份字幕")
	ErrMark     = errs.New(errs.Invalid, "marks_invalid", "请检查章节")
)

// The kinds of caption.
const (
	Subtitle   = "subtitle"
	Transcript = "transcript"
)

// Languages are those in which a track may be, and what they are called.
var Languages = []struct{ Code, Label string }{
	{"zh-CN", "中文"}, {"zh-TW", "繁體中文"}, {"en", "English"}, {"ja", "日本語"}, {"ko", "한국어"}, {"fr", "Français"}, {"de", "Deutsch"}, {"es", "Español"}, {"ru", "Русский"},
}

func label(language string) string {
	for _, l := range Languages {
		if l.Code == language {
			return l.Label
		}
	}
	return ""
}

// Service is the domain.
type Service struct {
	db       *db.DB
	clock    clock.Clock
	catalog  *catalog.Service
	onChange []func(ctx context.Context, tx *db.Tx, courseID int64) error
}

// New makes a Service.
func New(d *db.DB, c clock.Clock, cat *catalog.Service) *Service {
	return &Service{db: d, clock: c, catalog: cat}
}

// OnChange registers f to run in the transaction that changes what is said in a lesson
// of a course: search follows.
func (s *Service) OnChange(f func(ctx context.Context, tx *db.Tx, courseID int64) error) {
	s.onChange = append(s.onChange, f)
}

// Mine returns a lesson within scope (an instructor's id; 0: all). Returns
// catalog.ErrLessonGone, catalog.ErrCourseGone.
func (s *Service) Mine(ctx context.Context, scope, lessonID int64) (catalog.Lesson, error) {
	return s.catalog.LessonFor(ctx, scope, lessonID)
}

// editable is Mine for a lesson in which something is said.
func (s *Service) editable(ctx context.Context, scope, lessonID int64) (catalog.Lesson, error) {
	l, err := s.Mine(ctx, scope, lessonID)
	if err == nil && !l.Playable() && l.Form != catalog.Live {
		err = ErrForm
	}
	return l, err
}

// change runs fn in one transaction, then tells of it and writes it down.
func (s *Service) change(ctx context.Context, l catalog.Lesson, action string, before, after any, fn func(ctx context.Context, tx *db.Tx) error) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		// Versions of the course name what is deleted here.
		if _, err := s.catalog.LockCourse(ctx, tx, 0, l.CourseID); err != nil {
			return err
		}
		if err := fn(ctx, tx); err != nil {
			return err
		}
		for _, f := range s.onChange {
			if err := f(ctx, tx, l.CourseID); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.clock, action, fmt.Sprintf("lesson:%d", l.ID), before, after, "")
	})
}

func none(err, other error) error {
	if errors.Is(err, db.ErrNone) {
		return other
	}
	return err
}
