package rating

import (
	"context"

	"zhizhou/internal/db"
)

// total moves a course's totals from a rating of so many stars to another; 0 is none.
func (s *Service) total(ctx context.Context, tx *db.Tx, courseID, from, to int64) error {
	if from == to {
		return nil
	}
	var by [6]int64
	by[from]--
	by[to]++
	if err := tx.Later(ctx, qTotalNew, courseID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qTotalAdd, courseID, by[1], by[2], by[3], by[4], by[5])
	return err
}

// Recount asks again, inside tx, which of a learner's ratings count: what opened their
// courses has changed.
func (s *Service) Recount(ctx context.Context, tx *db.Tx, userID int64) error {
	// Locked first and judged by a second statement: of two refunds at once, the later
	// one sees what the other took back.
	var have []int64
	if err := tx.List(ctx, qLockAll, &have, userID); err != nil || len(have) == 0 {
		return err
	}
	var rows []struct {
		Rating
		Keeps int64
	}
	if err := tx.List(ctx, qKeeps, &rows, userID); err != nil {
		return err
	}
	for _, r := range rows {
		if r.Keeps == r.Kept {
			continue
		}
		n, err := tx.Exec(ctx, qKept, r.ID, r.Keeps == 1)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if err := s.total(ctx, tx, r.CourseID, r.Stars*r.Kept, r.Stars*r.Keeps); err != nil {
			return err
		}
	}
	return nil
}

const atOnce = 200

// Restore brings back what people said who have their course again.
func (s *Service) Restore(ctx context.Context) error {
	after := int64(0)
	for {
		var users []int64
		if err := s.db.List(ctx, qBack, &users, after, atOnce); err != nil {
			return err
		}
		for _, userID := range users {
			after = userID
			if err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.Recount(ctx, tx, userID) }); err != nil {
				return err
			}
		}
		if len(users) < atOnce {
			return nil
		}
	}
}

// Merge gives what one user said to another: they became one, with one say about a
// course. It comes after their grants were merged.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	var twice []Rating
	if err := tx.List(ctx, qTwice, &twice, from, to); err != nil {
		return err
	}
	for _, r := range twice {
		if err := s.drop(ctx, tx, r); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, qMove, from, to); err != nil {
		return err
	}
	return s.Recount(ctx, tx, to)
}
