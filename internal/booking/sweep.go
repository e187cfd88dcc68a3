package booking

import (
	"context"

	"zhizhou/internal/db"
)

// Sweep does what time asks for: who may not open the lesson any more loses what is to
// come, a line whose slot has begun is dissolved, learners are reminded a day and an
// hour before.
func (s *Service) Sweep(ctx context.Context) error {
	for _, step := range []struct {
		q    *db.Stmt
		by   string
		args []any
	}{{qLost, "access", []any{s.now(), int64(0)}}, {qInVain, "full", []any{s.now()}}} {
		var due []Booking
		if err := s.db.List(ctx, step.q, &due, step.args...); err != nil {
			return err
		}
		for _, b := range due {
			err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
				x, err := s.lock(ctx, tx, b.SlotID)
				if err != nil {
					return err
				}
				if step.by == "access" { // who bought again meanwhile stays
					return s.Lost(ctx, tx, b.UserID)
				}
				return s.release(ctx, tx, x, b, step.by, "")
			})
			if err != nil {
				return err
			}
		}
	}
	for _, r := range []struct {
		due, told *db.Stmt
		kind      string
	}{{qDayDue, qDayTold, "day"}, {qHourDue, qHourTold, "hour"}} {
		if err := s.remind(ctx, r.due, r.told, r.kind); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) remind(ctx context.Context, due, told *db.Stmt, kind string) error {
	var rows []Booking
	if err := s.db.List(ctx, due, &rows, s.now()); err != nil {
		return err
	}
	for _, b := range rows {
		err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			var x Slot
			if err := tx.Get(ctx, qSlot, &x, b.SlotID); err != nil {
				return err
			}
			n, err := tx.Exec(ctx, told, b.ID, b.StartsAt)
			if err != nil || n == 0 {
				return err
			}
			return s.news(ctx, tx, x, b, kind, "")
		})
		if err != nil {
			return err
		}
	}
	return nil
}
