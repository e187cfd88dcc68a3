// Package challenge keeps milestone challenges (里程碑打卡挑战): what is asked each day,
// the classes (班) that are opened of it, who is in one, their check-ins, squads, boards
// and milestones. It owns challenges and every table challenge_*.
//
// A day is Shanghai's and is written as an ordinal: local days counted one after
// another. A member checks in once a day, and what that day gave counts once (INV-33).
// Whether the day's task was done is read from stored facts of study, never told by the
// client. A class keeps the plan of the day it was opened: nobody's challenge changes
// under way. Milestones are decided by check-ins up to their day, by themselves. Words
// and files of learners are seen by their squad after they were looked at (INV-42).
package challenge

import (
	"context"
	"errors"
	"time"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/note"
	"zhizhou/internal/points"
	"zhizhou/internal/setting"
)

// The refusals of this domain.
var (
	ErrGone     = errs.New(errs.NotFound, "challenge_gone", "没有这个挑战")
	ErrInvalid  = errs.New(errs.Invalid, "challenge_invalid", "请检查挑战的设置")
	ErrChanged  = errs.New(errs.Conflict, "challenge_changed", "刚被别人改过，请刷新后再保存")
	ErrClass    = errs.New(errs.NotFound, "class_gone", "没有这个班")
	ErrClassSet = errs.New(errs.Invalid, "class_invalid", "请检查班的设置")
	ErrClosed   = errs.New(errs.Conflict, "class_closed", "这个班不再收人了")
	ErrFull     = errs.New(errs.Conflict, "class_full", "这个班满了")
	ErrCourse   = errs.New(errs.Conflict, "class_course", "这个班只收已经拥有课程的学员")
	ErrRemoved  = errs.New(errs.Forbidden, "class_removed", "你已被移出这个班")
	ErrOutside  = errs.New(errs.NotFound, "class_outside", "你还没有加入这个班")
	ErrNotYet   = errs.New(errs.Conflict, "class_not_yet", "还没有开始，开始那天起可以打卡")
	ErrOver     = errs.New(errs.Conflict, "class_over", "这个挑战已经结束")
	ErrTask     = errs.New(errs.Conflict, "task_open", "今天的任务还没有完成")
	ErrWords    = errs.New(errs.Invalid, "check_in_invalid", "请检查打卡内容")
	ErrReview   = errs.New(errs.Invalid, "review_invalid", "请检查点评")
	ErrDay      = errs.New(errs.Invalid, "check_in_day", "只能补最近 7 天里漏打的一天")
	ErrNoCards  = errs.New(errs.Conflict, "no_make_up_cards", "补卡次数用完了")
	ErrFile     = errs.New(errs.NotFound, "check_in_file_gone", "没有这个文件")
	ErrFiles    = errs.New(errs.Conflict, "check_in_files_many", "最多附 6 个文件")
	ErrFileType = errs.New(errs.Invalid, "check_in_file_type", "请上传图片或录音")
	ErrCheckIn  = errs.New(errs.NotFound, "check_in_gone", "没有这次打卡")
	ErrOwn      = errs.New(errs.Conflict, "review_own", "不能评自己的打卡")
	ErrSquad    = errs.New(errs.NotFound, "squad_gone", "没有这个小组")
	ErrSquadMax = errs.New(errs.Conflict, "squad_full", "这个小组满 8 人了")
	ErrAward    = errs.New(errs.Invalid, "award_invalid", "请检查点评和资料")
	ErrNotTop   = errs.New(errs.Conflict, "award_not_top", "只能给已结束的一周里前三名的学员")
	ErrPay      = errs.New(errs.Conflict, "class_pay", "这个班要先付款报名")
	ErrPaid     = errs.New(errs.Conflict, "class_paid", "你已经报过名了")
	ErrReason   = errs.New(errs.Invalid, "challenge_reason", "请写明原因，学员会看到")
)

// What a day's doings count on the boards.
const (
	scoreDay    = 10 // a check-in on its day
	scoreMadeUp = 4  // one that was made up
	scoreReview = 2  // a review of another's day, the first three of a day
	scoreLike   = 1  // a like that was received, the first five of a check-in

	mostReviews = 3 // of a day that count
	mostLikes   = 5 // of a check-in that count
	makeUpDays  = 7 // in which a missed day may be made up
	dayMS       = 24 * 3600 * 1000
)

// News is what a learner is told of.
type News struct {
	UserID, ClassID, ID int64
	Kind                string // "milestone", "share_day", "squad", "award", "remind", "removed", "cancelled", "hidden", "returned" or "forfeited"
	Title, Body         string // of the class; what of it
	Week                int64  // share_day, award; remind, squad of who is moved: the day
	From                string // squad: the one they are moved out of; "": they stood in none
	Over                bool   // and that one is no more
	Version             int64  // hidden
}

// Milestone is one that a member reached.
type Milestone struct {
	ID        int64
	MemberID  int64
	ClassID   int64
	UserID    int64
	CourseID  int64
	No        int64 // of the day
	Title     string
	CheckIns  int64 // up to that day
	ReachedAt int64
}

// Config is what a Service is made of.
type Config struct {
	DB       *db.DB
	Clock    clock.Clock
	Settings *setting.Store
	Catalog  *catalog.Service
	Access   *access.Service
	Media    *media.Service
	Note     *note.Service // through whose review words go
	Points   *points.Service
	Money    Money
}

// Money is what commerce does with what was paid for a place; each is idempotent.
type Money interface {
	// ReturnPlace gives back all that is left of a line and returns how much, fen.
	ReturnPlace(ctx context.Context, tx *db.Tx, orderItemID int64, cause, reason string) (int64, error)
	// KeepDeposit makes a lost deposit the school's.
	KeepDeposit(ctx context.Context, tx *db.Tx, orderItemID int64) error
}

// Service is the challenge domain.
type Service struct {
	Config
	tell        func(ctx context.Context, tx *db.Tx, n News) error
	onMilestone []func(ctx context.Context, tx *db.Tx, m Milestone) error
	onOut       []func(ctx context.Context, tx *db.Tx, milestoneID int64, kind, reason string) error
}

// New makes a Service.
func New(cfg Config) *Service {
	return &Service{Config: cfg, tell: func(context.Context, *db.Tx, News) error { return nil }}
}

// OnNews sets what tells learners, in the transaction of the change.
func (s *Service) OnNews(f func(ctx context.Context, tx *db.Tx, n News) error) { s.tell = f }

// OnMilestone registers f to run in the transaction in which a milestone was reached.
func (s *Service) OnMilestone(f func(ctx context.Context, tx *db.Tx, m Milestone) error) {
	s.onMilestone = append(s.onMilestone, f)
}

// OnOut registers f to run, for each milestone of a member who was refunded out or
// removed, in the transaction in which that was.
func (s *Service) OnOut(f func(ctx context.Context, tx *db.Tx, milestoneID int64, kind, reason string) error) {
	s.onOut = append(s.onOut, f)
}

func (s *Service) now() int64 { return clock.MS(s.Clock) }

func (s *Service) today() int64 { return Ordinal(s.Clock.Now()) }

// Ordinal is the local day of t, days counted one after another.
func Ordinal(t time.Time) int64 {
	_, offset := t.In(clock.China).Zone()
	return (t.Unix() + int64(offset)) / 86400
}

// DayOf is the local day of an ordinal, YYYYMMDD; 0 of 0.
func DayOf(n int64) int64 {
	if n == 0 {
		return 0
	}
	return clock.Day(time.UnixMilli(began(n)))
}

// OrdinalOf is the ordinal of a local day YYYYMMDD; 0 of 0 and of what is no day.
func OrdinalOf(day int64) int64 {
	if day == 0 {
		return 0
	}
	n := Ordinal(time.Date(int(day/10000), time.Month(day/100%100), int(day%100), 12, 0, 0, 0, clock.China))
	if DayOf(n) != day {
		return 0
	}
	return n
}

// began is the moment at which a local day began, UTC ms.
func began(n int64) int64 { return n*dayMS - 8*3600*1000 }

// weekOf is the Monday of the week of a day.
func weekOf(n int64) int64 { return n - (n+3)%7 } // 1970-01-01 was a Thursday

// weekday of a day, 1 Monday to 7 Sunday.
func weekday(n int64) int64 { return (n+3)%7 + 1 }

func none(err, other error) error {
	if errors.Is(err, db.ErrNone) {
		return other
	}
	return err
}
