package challenge

import (
	"context"
	"fmt"
	"slices"

	"zhizhou/internal/db"
)

// Merge makes one of the memberships of two accounts that turn out to be one person's.
// Where both are in a class the days of the one that goes are added to the other's; a day
// that both were paid for is paid once.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	if _, err := tx.Exec(ctx, qEntryTwice, from, to, s.today()); err != nil { // one of them goes back
		return err
	}
	var twice []Member
	if err := tx.List(ctx, qTwice, &twice, from, to); err != nil {
		return err
	}
	for _, m := range twice {
		if err := s.join(ctx, tx, m, to); err != nil {
			return err
		}
	}
	for _, q := range []*db.Stmt{qMove, qMoveDays, qMoveFiles, qMoveLikes, qMoveWords, qEntryMove} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	return s.mergeReminders(ctx, tx, from, to)
}

func (s *Service) join(ctx context.Context, tx *db.Tx, m Member, to int64) error {
	c, err := s.class(ctx, tx, qClassLock, m.ClassID)
	if err != nil {
		return err
	}
	var o Member
	if err := tx.Get(ctx, qMemberLock, &o, m.ClassID, to); err != nil {
		return err
	}
	theirs, err := s.days(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	own, err := s.days(ctx, tx, o.ID)
	if err != nil {
		return err
	}
	for _, d := range theirs {
		i := slices.IndexFunc(own, func(x CheckIn) bool { return x.Day == d.Day })
		switch {
		case i >= 0 && own[i].Points > 0:
			if err := s.Points.Reclaim(ctx, tx, to, d.Points, fmt.Sprintf("challenge_twice:%d:%d", m.ID, d.Day), "账号合并，同一天的打卡只算一次"); err != nil {
				return err
			}
		case i < 0 && o.no(d.Day) >= 1 && o.no(d.Day) <= c.Plan.Days:
			if _, err := tx.Exec(ctx, qMergeDay, d.ID, o.ID, to); err != nil {
				return err
			}
			if err := s.collect(ctx, tx, o, d.Day, 1, d.Score); err != nil {
				return err
			}
		}
	}
	if m.State == In {
		if err := s.out(ctx, tx, c, m, Left, "merged"); err != nil {
			return err
		}
	}
	if err := s.fall(ctx, tx, m.ID, "merged", "账号合并"); err != nil {
		return err
	}
	for _, step := range []struct {
		q    *db.Stmt
		args []any
	}{{qMergeStay, []any{m.ID, s.now()}}, {qMergeLeft, []any{m.ID, s.now()}}, {qMergeWeeks, []any{m.ID}}} {
		if _, err := tx.Exec(ctx, step.q, step.args...); err != nil {
			return err
		}
	}
	if err := s.recount(ctx, tx, o.ID); err != nil {
		return err
	}
	return s.decide(ctx, tx, c, o)
}
