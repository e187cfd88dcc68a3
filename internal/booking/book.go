package booking

import (
	"context"
	"fmt"
	"unicode/utf8"

	"zhizhou/internal/access"
	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// Booking is a learner's place in a slot, or in the line for one.
type Booking struct {
	ID          int64
	SlotID      int64
	LessonID    int64
	CourseID    int64
	UserID      int64
	StartsAt    int64 // the slot's
	EndsAt      int64
	State       string
	FreeCancel  bool // may be cancelled until the start
	EndedBy     string
	Reason      string
	Tries       int64
	ByCode      bool
	CreatedAt   int64
	ChangedAt   int64
	Kind        string // for lists of the learner's, as the next ones
	Place       string
	Title       string
	SlotReason  string
	Link        string `db:"-"` // of the meeting, while it may be known
	Ahead       int64  `db:"-"` // in the line before it
	CancelUntil int64  `db:"-"` // 0: not by the learner any more
	Nickname    string // for lists of staff
	PhoneMasked string
}

// Desk is a lesson that is booked before its learner.
type Desk struct {
	Plan  Plan
	Slots []Slot    // to come, not cancelled
	Own   []Booking // last first
}

// Desk returns how a lesson may be booked to a learner who may open it, and what they
// have booked. The link stays out unless it is time. Returns ErrNone,
// access.ErrLocked.
func (s *Service) Desk(ctx context.Context, userID, lessonID int64) (Desk, error) {
	var d Desk
	if _, err := s.access.Open(ctx, s.catalog, userID, lessonID); err != nil {
		return d, err
	}
	var err error
	if d.Plan, err = s.Plan(ctx, lessonID); err != nil {
		return d, err
	}
	if err = s.db.List(ctx, qSlotsOpen, &d.Slots, lessonID, s.now()); err != nil {
		return d, err
	}
	if err = s.db.List(ctx, qOfUser, &d.Own, userID, lessonID); err != nil {
		return d, err
	}
	return d, s.fill(ctx, d.Own)
}

// Next lists what a learner has booked or waits for, the next first: 20 at most.
func (s *Service) Next(ctx context.Context, userID int64) ([]Booking, error) {
	var rows []Booking
	if err := s.db.List(ctx, qNext, &rows, userID, s.now()); err != nil {
		return nil, err
	}
	return rows, s.fill(ctx, rows)
}

func (s *Service) fill(ctx context.Context, rows []Booking) error {
	now, plans := s.now(), map[int64]Plan{}
	for i := range rows {
		b := &rows[i]
		if b.State != Booked && b.State != Waiting || b.EndsAt <= now {
			continue
		}
		p, ok := plans[b.LessonID]
		if !ok {
			var err error
			if p, err = s.Plan(ctx, b.LessonID); err != nil {
				return err
			}
			plans[b.LessonID] = p
		}
		b.CancelUntil = b.cancelUntil(p)
		if b.State == Booked && now >= b.StartsAt-early {
			b.Link = p.Link
		}
		if b.State == Waiting {
			if err := s.db.Get(ctx, qAhead, &b.Ahead, b.SlotID, b.CreatedAt, b.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// cancelUntil is until when a learner may cancel.
func (b Booking) cancelUntil(p Plan) int64 {
	if b.State == Waiting || b.FreeCancel {
		return b.StartsAt
	}
	return b.StartsAt - p.CancelHours*3600_000
}

// Book takes a place in a slot of a lesson, or, when there is none and wait says so,
// the end of the line. Returns ErrNoSlot, ErrClosed, ErrFull, ErrTwice, ErrHold,
// ErrMost, ErrOverlap, ErrEnds, access.ErrLocked.
func (s *Service) Book(ctx context.Context, userID, lessonID, slotID int64, wait bool) error {
	if _, err := s.access.Open(ctx, s.catalog, userID, lessonID); err != nil {
		return err
	}
	p, err := s.Plan(ctx, lessonID)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		x, err := s.lock(ctx, tx, slotID)
		if err != nil {
			return err
		}
		if x.LessonID != lessonID {
			return ErrNoSlot
		}
		now := s.now()
		if x.State != "open" || x.StartsAt <= now {
			return ErrClosed
		}
		if err := s.lockUser(ctx, tx, userID); err != nil {
			return err
		}
		if err := s.allowed(ctx, tx, userID, p, x, now); err != nil {
			return err
		}
		b := Booking{ID: id.New(), SlotID: slotID, LessonID: lessonID, CourseID: x.CourseID, UserID: userID, StartsAt: x.StartsAt, EndsAt: x.EndsAt, State: Booked}
		n, err := tx.Exec(ctx, qTake, slotID, now)
		if err != nil {
			return err
		}
		if n == 0 {
			if !wait {
				return ErrFull
			}
			b.State = Waiting
		}
		n, err = tx.Exec(ctx, qInsert, b.ID, slotID, lessonID, x.CourseID, userID, x.StartsAt, x.EndsAt, b.State, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrTwice
		}
		return s.news(ctx, tx, x, b, b.State, "")
	})
}

// allowed tells whether a learner may have one more booking, under the locks of the
// slot and the learner.
func (s *Service) allowed(ctx context.Context, tx *db.Tx, userID int64, p Plan, x Slot, now int64) error {
	var held, total int64
	for _, x := range []struct {
		at  int64
		not error
	}{{now, access.ErrLocked}, {x.StartsAt, ErrEnds}} {
		var may int64
		if err := tx.Get(ctx, qMay, &may, userID, p.LessonID, x.at); err != nil {
			return err
		}
		if may == 0 {
			return x.not
		}
	}
	var there []Booking
	if err := tx.List(ctx, qLive, &there, x.ID); err != nil {
		return err
	}
	for _, b := range there {
		if b.UserID == userID {
			return ErrTwice
		}
	}
	if err := tx.Get(ctx, qTotal, &total, userID, p.LessonID, now); err != nil {
		return err
	}
	if p.Most > 0 && total >= p.Most {
		return ErrMost
	}
	if err := tx.Get(ctx, qHeld, &held, userID, p.LessonID, now); err != nil {
		return err
	}
	if held >= p.Hold {
		return ErrHold
	}
	busy, err := s.overlaps(ctx, tx, userID, x)
	if err == nil && busy {
		err = ErrOverlap
	}
	return err
}

func (s *Service) overlaps(ctx context.Context, tx *db.Tx, userID int64, x Slot) (bool, error) {
	var n int64
	err := tx.Get(ctx, qOverlap, &n, userID, x.StartsAt, x.EndsAt, x.ID)
	return n > 0, err
}

// Leave cancels a learner's own booking, or their place in the line. Returns ErrGone,
// ErrLate.
func (s *Service) Leave(ctx context.Context, userID, bookingID int64) error {
	b, err := s.own(ctx, userID, bookingID)
	if err != nil {
		return err
	}
	p, err := s.Plan(ctx, b.LessonID)
	if err != nil {
		return err
	}
	return s.end(ctx, b, "learner", "", func(b Booking) error {
		if s.now() >= b.cancelUntil(p) {
			return ErrLate
		}
		return nil
	})
}

// Remove cancels a learner's booking that has not been held yet, by staff within scope.
// Returns ErrGone, ErrSlot without a reason.
func (s *Service) Remove(ctx context.Context, scope, bookingID int64, reason string) error {
	if reason = text.Line(reason); reason == "" || utf8.RuneCountInString(reason) > 100 {
		return ErrSlot.Field("reason", "请写明原因，100 字以内，会告诉学员")
	}
	b, err := s.within(ctx, scope, bookingID)
	if err != nil {
		return err
	}
	return s.end(ctx, b, "staff", reason, func(Booking) error { return nil })
}

func (s *Service) end(ctx context.Context, b Booking, by, reason string, may func(Booking) error) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		x, err := s.lock(ctx, tx, b.SlotID)
		if err != nil {
			return err
		}
		if err := none(tx.Get(ctx, qOne, &b, b.ID), ErrGone); err != nil {
			return err
		}
		if b.State != Booked && b.State != Waiting {
			return ErrGone
		}
		if err := may(b); err != nil {
			return err
		}
		if err := s.release(ctx, tx, x, b, by, reason); err != nil {
			return err
		}
		if by == "staff" {
			return audit.Write(ctx, tx, s.clock, "booking.remove", fmt.Sprintf("booking:%d", b.ID), b.State, Cancelled, reason)
		}
		return nil
	})
}

func (s *Service) own(ctx context.Context, userID, bookingID int64) (Booking, error) {
	var b Booking
	err := none(s.db.Get(ctx, qOne, &b, bookingID), ErrGone)
	if err == nil && b.UserID != userID {
		err = ErrGone
	}
	return b, err
}

func (s *Service) within(ctx context.Context, scope, bookingID int64) (Booking, error) {
	var b Booking
	if err := s.db.Get(ctx, qOne, &b, bookingID); err != nil {
		return b, none(err, ErrGone)
	}
	if _, err := s.Mine(ctx, scope, b.LessonID); err != nil {
		return b, ErrGone
	}
	return b, nil
}
