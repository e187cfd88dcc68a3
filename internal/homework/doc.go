// Package homework hands tasks out, takes work in and has it marked: tasks with a
// rubric, submissions with files, a person's marks, reviews by other learners. It owns
// homeworks, homework_rows, submissions, submission_files and peer_reviews.
//
// A submission carries the rubric of its day. Who reviews whom is known to the server
// alone: neither side is told the other's name, and nobody reviews their own work. The
// score is the marker's; only where the teacher lets it be so, and nobody marked, it is
// the median of the reviews.
package homework

import (
	"context"
	"errors"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
)

// The refusals of this domain.
var (
	ErrNone    = errs.New(errs.NotFound, "homework_gone", "这个课时还没有布置作业")
	ErrTask    = errs.New(errs.Invalid, "homework_invalid", "请检查作业设置")
	ErrChanged = errs.New(errs.Conflict, "homework_changed", "刚被别人改过，请刷新后再保存")
	ErrWork    = errs.New(errs.Invalid, "submission_invalid", "请检查要交的内容")
	ErrGone    = errs.New(errs.NotFound, "submission_gone", "没有这份作业")
	ErrOpen    = errs.New(errs.Conflict, "submission_open", "已经交过了，等老师批改后再改")
	ErrNoMore  = errs.New(errs.Conflict, "submission_no_more", "提交次数已用完")
	ErrPassed  = errs.New(errs.Conflict, "submission_passed", "这份作业已经通过，不用再交")
	ErrMark    = errs.New(errs.Invalid, "homework_mark_invalid", "请检查评分")
	ErrDone    = errs.New(errs.Conflict, "review_done", "这份互评已经交过")
	ErrFile    = errs.New(errs.NotFound, "submission_file_gone", "没有这个文件")
	ErrFiles   = errs.New(errs.Conflict, "submission_files_many", "最多附 9 个文件")
)

// Service is the homework domain.
type Service struct {
	db      *db.DB
	clock   clock.Clock
	catalog *catalog.Service
	access  *access.Service
	media   *media.Service

	onPassed []func(ctx context.Context, tx *db.Tx, userID, courseID, lessonID int64) error
	tell     func(ctx context.Context, tx *db.Tx, n News) error
}

// News is what a learner is told of.
type News struct {
	UserID, LessonID, ID int64
	Kind                 string // "marked", "returned" or "review"
	Title                string // of the lesson
	Comment              string // the marker's; empty: none was written
}

// New makes a Service.
func New(d *db.DB, c clock.Clock, cat *catalog.Service, acc *access.Service, m *media.Service) *Service {
	return &Service{db: d, clock: c, catalog: cat, access: acc, media: m, tell: func(context.Context, *db.Tx, News) error { return nil }}
}

// OnPassed registers f to run in the transaction in which a homework was passed.
func (s *Service) OnPassed(f func(ctx context.Context, tx *db.Tx, userID, courseID, lessonID int64) error) {
	s.onPassed = append(s.onPassed, f)
}

// OnNews sets what tells learners.
func (s *Service) OnNews(f func(ctx context.Context, tx *db.Tx, n News) error) { s.tell = f }

// Mine finds a lesson of a course within scope. Returns catalog.ErrLessonGone,
// catalog.ErrCourseGone.
func (s *Service) Mine(ctx context.Context, scope, lessonID int64) (catalog.Lesson, error) {
	return s.catalog.LessonFor(ctx, scope, lessonID)
}

// Ready refuses that a course with a homework without a task is published.
func (s *Service) Ready(ctx context.Context, tx *db.Tx, l catalog.Lesson) error {
	if l.Form != catalog.Homework {
		return nil
	}
	if _, err := s.task(ctx, tx, l.ID); !errors.Is(err, ErrNone) {
		return err
	}
	return catalog.ErrNotReady.Say("作业「"+l.Title+"」还没有布置").Field("lessons", l.Title+"：没有作业要求")
}

func none(err, other error) error {
	if errors.Is(err, db.ErrNone) {
		return other
	}
	return err
}
