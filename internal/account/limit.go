package account

import (
	"context"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
)

// quota admits at most max hits of a subject in a window. Subjects are hashed:
// addresses and phones do not lie in the table.
type quota struct {
	subject string
	window  time.Duration
	max     int64
}

// take counts a hit on each quota and returns refusal for the first that is full.
// It runs in its own transaction so that refused attempts count as well.
func (s *Service) take(ctx context.Context, refusal *errs.E, quotas ...quota) error {
	now := clock.MS(s.Clock)
	var wait int64
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		wait = 0
		for _, q := range quotas {
			w := q.window.Milliseconds()
			var hits int64
			if err := tx.Get(ctx, qLimitHit, &hits, s.Box.Hash("limit", q.subject), now-now%w); err != nil {
				return err
			}
			if hits > q.max {
				wait = max(wait, w-now%w)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if wait > 0 {
		return refusal.Retry(int(wait/1000) + 1)
	}
	return nil
}

// Sweep deletes what is no longer needed: old codes, counters, and consents of
// phones that never became a user.
func (s *Service) Sweep(ctx context.Context) error {
	now := clock.MS(s.Clock)
	day := (24 * time.Hour).Milliseconds()
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for q, before := range map[*db.Stmt]int64{qSMSPurge: now - day, qLimitPurge: now - 2*day, qConsentPurge: now - 30*day} {
			if _, err := tx.Exec(ctx, q, before); err != nil {
				return err
			}
		}
		return nil
	})
}
