// Package rating keeps what learners say of a course: one to five stars, words if they
// like, and the school's reply. It owns ratings and course_ratings.
//
// Who has a course, now or until its time ran out or because it is free, and has really
// studied it may rate it once, change that and take it back. A rating counts while its author keeps the
// course: a refund takes it out of the totals and out of sight in the same transaction,
// and having the course again brings it back. Stars count at once; words are seen when
// they were looked at, as notes are (INV-42). Hiding words takes no stars away: a school
// cannot mend its average by hiding.
package rating

import (
	"context"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/note"
)

// The refusals of this domain.
var (
	ErrRating  = errs.New(errs.Invalid, "rating_invalid", "请检查评价内容")
	ErrNotHad  = errs.New(errs.Forbidden, "rating_not_had", "拥有这门课程的学员才能评价")
	ErrStudy   = errs.New(errs.Conflict, "rating_study_first", "学完一课，或学满 10 分钟，就可以评价了")
	ErrOwn     = errs.New(errs.Forbidden, "rating_own", "不能评价自己讲的课程")
	ErrGone    = errs.New(errs.NotFound, "rating_gone", "没有这条评价，可能已被撤回")
	ErrChanged = errs.New(errs.Conflict, "rating_changed", "这条评价刚被改过，请刷新后再试")
	ErrReply   = errs.New(errs.Invalid, "rating_reply", "请检查回复内容")
)

// Bare is the state of a rating without words; the others are those of notes.
const Bare = "bare"

const (
	// Enough is how many ratings it takes to show an average.
	Enough    = 5
	mostBody  = 500 // runes, also of a reply
	studiedMS = 10 * 60_000
)

// News is what a learner is told of.
type News struct {
	UserID, ID, CourseID int64
	Kind                 string // "replied" or "hidden"
	Title, Body          string // of the course; the reply, or why
	Version              int64  // hidden: of the words; replied: when, ms
}

// Service is the rating domain.
type Service struct {
	db     *db.DB
	clock  clock.Clock
	note   *note.Service
	public func() // what everybody sees has changed
	tell   func(ctx context.Context, tx *db.Tx, n News) error
}

// New makes a Service. Words go the way of notes: through their review, by their
// measure. public is told when what everybody sees has changed.
func New(d *db.DB, c clock.Clock, n *note.Service, public func()) *Service {
	return &Service{db: d, clock: c, note: n, public: public, tell: func(context.Context, *db.Tx, News) error { return nil }}
}

// OnNews sets what tells learners, in the transaction of the change.
func (s *Service) OnNews(f func(ctx context.Context, tx *db.Tx, n News) error) { s.tell = f }

func (s *Service) now() int64 { return clock.MS(s.clock) }
