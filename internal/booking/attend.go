package booking

import (
	"context"
	"crypto/subtle"
	"fmt"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
)

// mostTries is how often a learner may type a code that is wrong: a code has a million.
const mostTries = 5

// CheckIn notes that a learner is there by the code that the teacher shows, from half
// an hour before the start until the end. Returns ErrGone, ErrNotNow, ErrCode,
// ErrTries.
func (s *Service) CheckIn(ctx context.Context, userID, bookingID int64, code string) error {
	b, err := s.own(ctx, userID, bookingID)
	if err != nil {
		return err
	}
	var wrong error // a try is kept although it failed
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		wrong = nil
		x, err := s.lock(ctx, tx, b.SlotID)
		if err != nil {
			return err
		}
		if err := none(tx.Get(ctx, qOne, &b, bookingID), ErrGone); err != nil {
			return err
		}
		if b.State == Attended {
			return nil
		}
		now := s.now()
		if b.State != Booked || now < x.StartsAt-early || now > x.EndsAt {
			return ErrNotNow
		}
		n, err := tx.Exec(ctx, qTry, bookingID, mostTries)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrTries
		}
		if subtle.ConstantTimeCompare([]byte(code), []byte(x.Code)) != 1 {
			wrong = ErrCode
			return nil
		}
		return s.was(ctx, tx, b, Attended, true)
	})
	if err == nil {
		err = wrong
	}
	return err
}

// Mark notes by staff within scope whether a learner was there; it may be corrected,
// but a lesson that was finished stays so. Returns ErrGone, ErrMark.
func (s *Service) Mark(ctx context.Context, scope, bookingID int64, there bool) error {
	b, err := s.within(ctx, scope, bookingID)
	if err != nil {
		return err
	}
	state := Absent
	if there {
		state = Attended
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		x, err := s.lock(ctx, tx, b.SlotID)
		if err != nil {
			return err
		}
		if err := none(tx.Get(ctx, qOne, &b, bookingID), ErrGone); err != nil {
			return err
		}
		switch {
		case b.State == state:
			return nil
		case b.State == Waiting || b.State == Cancelled:
			return ErrGone
		case s.now() < x.StartsAt-early:
			return ErrMark
		}
		if err := s.was(ctx, tx, b, state, false); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "booking.mark", fmt.Sprintf("booking:%d", b.ID), b.State, state, "")
	})
}

func (s *Service) was(ctx context.Context, tx *db.Tx, b Booking, state string, byCode bool) error {
	n, err := tx.Exec(ctx, qMark, b.ID, state, byCode, s.now())
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrGone
	}
	if state != Attended {
		return nil
	}
	for _, f := range s.onAttended {
		if err := f(ctx, tx, b.UserID, b.CourseID, b.LessonID); err != nil {
			return err
		}
	}
	return nil
}

// Names lists who has booked a slot within scope, by id from after on. Returns
// ErrNoSlot.
func (s *Service) Names(ctx context.Context, scope, slotID, after int64, limit int) ([]Booking, error) {
	if _, err := s.slot(ctx, scope, slotID); err != nil {
		return nil, err
	}
	var rows []Booking
	err := s.db.List(ctx, qOfSlot, &rows, slotID, after, limit)
	return rows, err
}

// Rows lists every booking of a lesson, by id from after on, 500 at most.
func (s *Service) Rows(ctx context.Context, lessonID, after int64) ([]Booking, error) {
	var rows []Booking
	err := s.db.List(ctx, qRows, &rows, lessonID, after)
	return rows, err
}

// Count counts the bookings of a lesson, cancelled ones included.
func (s *Service) Count(ctx context.Context, lessonID int64) (int64, error) {
	var n int64
	err := s.db.Get(ctx, qCount, &n, lessonID)
	return n, err
}

// CheckInOpen tells whether the code of a booking is taken at now, ms.
func (b Booking) CheckInOpen(now int64) bool {
	return b.State == Booked && now >= b.StartsAt-early && now <= b.EndsAt
}
