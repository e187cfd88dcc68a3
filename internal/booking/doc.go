// Package booking teaches face to face: lessons in a room, in a meeting, or with one
// learner, at times that are booked. It owns booking_plans, booking_slots and bookings.
//
// Roads:
//
//	plan    SavePlan: what the lesson is, where, and how much one learner may book
//	slots   Series → AddSlots, Change, Close, Open, Cancel
//	book    Book: a place, or the end of the line; Leave; whatever frees a place moves the first in line up
//	attend  CheckIn by the code that the teacher shows, Mark by staff: the lesson is finished in the same transaction
//	time    Sweep: reminders, lines that led nowhere, access that has ended
//
// Invariants:
//   - INV-24: places of a slot are counted by one conditional UPDATE under the slot's
//     lock; nobody has two bookings of a slot, or two that overlap.
//   - INV-17: who books may open the lesson then and when the slot begins; who may no longer is out of what is to
//     come, in the transaction of the refund or by the sweep.
//   - The link of a meeting is for who has a place, from half an hour before.
package booking

import (
	"context"
	"errors"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
)

// The refusals of this domain.
var (
	ErrNone    = errs.New(errs.NotFound, "booking_plan_gone", "这个课时还没有设置预约")
	ErrPlan    = errs.New(errs.Invalid, "booking_invalid", "请检查预约设置")
	ErrChanged = errs.New(errs.Conflict, "booking_changed", "刚被别人改过，请刷新后再保存")
	ErrSlot    = errs.New(errs.Invalid, "slot_invalid", "请检查时间和名额")
	ErrNoSlot  = errs.New(errs.NotFound, "slot_gone", "没有这一场，请刷新后再看")
	ErrClosed  = errs.New(errs.Conflict, "slot_closed", "这一场已经停止预约")
	ErrFull    = errs.New(errs.Conflict, "slot_full", "这一场刚刚约满，可以排队等空位")
	ErrTwice   = errs.New(errs.Conflict, "slot_twice", "你已经约了这一场")
	ErrHold    = errs.New(errs.Conflict, "booking_hold", "还有没上的预约，上完或取消后再约")
	ErrMost    = errs.New(errs.Conflict, "booking_most", "这节课可以约的次数已经用完")
	ErrEnds    = errs.New(errs.Conflict, "booking_ends", "这一场开始前，你的课程就到期了；请选早一些的场次，或续期后再约")
	ErrOverlap = errs.New(errs.Conflict, "booking_overlap", "和你的另一个预约时间冲突")
	ErrGone    = errs.New(errs.NotFound, "booking_gone", "没有这个预约")
	ErrLate    = errs.New(errs.Conflict, "booking_late", "已经过了可以自己取消的时间，请联系老师")
	ErrNotNow  = errs.New(errs.Conflict, "check_in_closed", "现在不在签到时间")
	ErrCode    = errs.New(errs.Invalid, "check_in_code", "签到码不对，请看老师出示的 6 位数字")
	ErrTries   = errs.New(errs.Limited, "check_in_tries", "试的次数太多了，请老师帮你签到")
	ErrMark    = errs.New(errs.Conflict, "booking_mark", "开始前半小时起才能登记到场")
)

// The kinds of lessons.
const (
	Offline  = "offline"
	Online   = "online"
	OneToOne = "one_to_one"
)

// The states of a booking.
const (
	Booked    = "booked"
	Waiting   = "waiting"
	Attended  = "attended"
	Absent    = "absent"
	Cancelled = "cancelled"
)

// early is how long before its start a slot's link is shown and its code taken, ms.
const early = 30 * 60_000

// News is what a learner is told of.
type News struct {
	UserID, LessonID, BookingID int64
	Kind                        string // "booked", "waiting", "moved_up", "changed", "cancelled", "access", "full", "day" or "hour"
	Title                       string // of the lesson
	StartsAt                    int64
	Place                       string
	Reason                      string
	At                          int64 // when it happened, ms: the same thing may happen again
}

// Service is the booking domain.
type Service struct {
	db      *db.DB
	clock   clock.Clock
	catalog *catalog.Service
	access  *access.Service

	onAttended []func(ctx context.Context, tx *db.Tx, userID, courseID, lessonID int64) error
	tell       func(ctx context.Context, tx *db.Tx, n News) error
}

// New makes a Service.
func New(d *db.DB, c clock.Clock, cat *catalog.Service, acc *access.Service) *Service {
	return &Service{db: d, clock: c, catalog: cat, access: acc, tell: func(context.Context, *db.Tx, News) error { return nil }}
}

// OnAttended registers f to run in the transaction in which somebody was there.
func (s *Service) OnAttended(f func(ctx context.Context, tx *db.Tx, userID, courseID, lessonID int64) error) {
	s.onAttended = append(s.onAttended, f)
}

// OnNews sets what tells learners.
func (s *Service) OnNews(f func(ctx context.Context, tx *db.Tx, n News) error) { s.tell = f }

func (s *Service) now() int64 { return clock.MS(s.clock) }

// Mine finds a lesson of a course within scope. Returns catalog.ErrLessonGone,
// catalog.ErrCourseGone.
func (s *Service) Mine(ctx context.Context, scope, lessonID int64) (catalog.Lesson, error) {
	return s.catalog.LessonFor(ctx, scope, lessonID)
}

// Ready refuses that a course with a lesson to book is published before it says where
// and how it is held. Times may come later: many are opened week by week.
func (s *Service) Ready(ctx context.Context, tx *db.Tx, l catalog.Lesson) error {
	if l.Form != catalog.Booking {
		return nil
	}
	var p Plan
	err := none(tx.Get(ctx, qPlan, &p, l.ID), ErrNone)
	if err == nil && p.check() == nil {
		return nil
	}
	if err != nil && !errors.Is(err, ErrNone) {
		return err
	}
	return catalog.ErrNotReady.Say("预约课「"+l.Title+"」还没有设置").Field("lessons", l.Title+"：没有填写上课方式和地点")
}

func none(err, other error) error {
	if errors.Is(err, db.ErrNone) {
		return other
	}
	return err
}
