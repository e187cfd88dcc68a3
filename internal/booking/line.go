package booking

import (
	"context"

	"zhizhou/internal/db"
)

// release ends a booking under its slot's lock and, when it had a place, gives that to
// the first in line. Nothing happens when the booking is not any more what b says.
func (s *Service) release(ctx context.Context, tx *db.Tx, x Slot, b Booking, by, reason string) error {
	n, err := tx.Exec(ctx, qEnd, b.ID, b.State, by, reason, s.now())
	if err != nil || n == 0 {
		return err
	}
	if b.State != Waiting {
		if err := tx.Sure(ctx, qGive, x.ID); err != nil {
			return err
		}
	}
	kind := "cancelled"
	switch by {
	case "access", "full":
		kind = by
	case "merged":
		kind = ""
	}
	if kind != "" {
		if err := s.news(ctx, tx, x, b, kind, reason); err != nil {
			return err
		}
	}
	return s.promote(ctx, tx, x)
}

// promote moves the line up into what is free, first come first, under the slot's
// lock. Who may not open the lesson any more, or not when it is held, or is elsewhere at
// that time, is passed over.
func (s *Service) promote(ctx context.Context, tx *db.Tx, x Slot) error {
	now := s.now()
	if x.State != "open" || x.StartsAt <= now {
		return nil
	}
	var line []Booking
	if err := tx.List(ctx, qLine, &line, x.ID); err != nil {
		return err
	}
	for _, b := range line {
		if err := s.lockUser(ctx, tx, b.UserID); err != nil {
			return err
		}
		var may, then int64
		if err := tx.Get(ctx, qMay, &may, b.UserID, b.LessonID, now); err != nil {
			return err
		}
		if err := tx.Get(ctx, qMay, &then, b.UserID, b.LessonID, x.StartsAt); err != nil {
			return err
		}
		busy, err := s.overlaps(ctx, tx, b.UserID, x)
		if err != nil {
			return err
		}
		if may == 0 || then == 0 || busy {
			continue
		}
		n, err := tx.Exec(ctx, qTake, x.ID, now)
		if err != nil || n == 0 {
			return err
		}
		// Whoever is moved up did not choose the hour at which it happened.
		if err := tx.Sure(ctx, qUp, b.ID, true, now); err != nil {
			return err
		}
		if err := s.news(ctx, tx, x, b, "moved_up", ""); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) tellAll(ctx context.Context, tx *db.Tx, x Slot, kind, reason string) error {
	var there []Booking
	if err := tx.List(ctx, qLive, &there, x.ID); err != nil {
		return err
	}
	for _, b := range there {
		if err := s.news(ctx, tx, x, b, kind, reason); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) news(ctx context.Context, tx *db.Tx, x Slot, b Booking, kind, reason string) error {
	n := News{UserID: b.UserID, LessonID: b.LessonID, BookingID: b.ID, Kind: kind, StartsAt: x.StartsAt, Place: x.Place, Reason: reason, At: s.now()}
	if err := tx.Get(ctx, qTitle, &n.Title, b.LessonID); err != nil {
		return err
	}
	if n.Place == "" {
		var p Plan
		if err := tx.Get(ctx, qPlan, &p, b.LessonID); err != nil {
			return err
		}
		n.Place = p.Place
	}
	return s.tell(ctx, tx, n)
}

// Lost takes a learner out of what is to come and may not be opened any more; it runs
// in the transaction that ended the access.
func (s *Service) Lost(ctx context.Context, tx *db.Tx, userID int64) error {
	var gone []Booking
	if err := tx.List(ctx, qLost, &gone, s.now(), userID); err != nil {
		return err
	}
	for _, b := range gone {
		x, err := s.lock(ctx, tx, b.SlotID)
		if err != nil {
			return err
		}
		if err := s.release(ctx, tx, x, b, "access", ""); err != nil {
			return err
		}
	}
	return nil
}

// Merge moves the bookings of a user who became another one. Of two at one time the
// other one's stays.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	var twice []Booking
	if err := tx.List(ctx, qMergeTwice, &twice, from, to); err != nil {
		return err
	}
	for _, b := range twice {
		x, err := s.lock(ctx, tx, b.SlotID)
		if err != nil {
			return err
		}
		if err := s.release(ctx, tx, x, b, "merged", ""); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, qMerge, from, to)
	return err
}
