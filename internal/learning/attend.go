package learning

import (
	"context"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

var qAttendedEnd = db.Q("learning/attended_end", `UPDATE lesson_progress SET finished_at = $3 WHERE lesson_id = $1 AND finished_at = 0 AND covered_ms * 100 >= $2 * 90`)

// Attend credits inside tx that somebody was in a live lesson while it was aired from
// fromMS to toMS. The caller has measured it by the server's clock; the replay goes
// on in the same progress, which counts nothing twice. sessionID is the play's, of
// Begin. Returns ErrBeat for one of no session of this user.
func (s *Service) Attend(ctx context.Context, tx *db.Tx, sessionID, userID int64, l catalog.Lesson, fromMS, toMS int64) error {
	_, err := s.reportIn(ctx, tx, sessionID, userID, l, clock.MS(s.clock), func(_ context.Context, _ *db.Tx, _ session, _ Progress, _ int64) (gain, error) {
		return gain{spans: []span{{fromMS, toMS}}, position: toMS, claimed: toMS - fromMS, earned: toMS - fromMS}, nil
	})
	return err
}

// Attended notes inside tx, when a live lesson of wholeMS is over, who has finished it.
func (s *Service) Attended(ctx context.Context, tx *db.Tx, lessonID, wholeMS int64) error {
	if wholeMS <= 0 {
		return nil
	}
	_, err := tx.Exec(ctx, qAttendedEnd, lessonID, wholeMS, clock.MS(s.clock))
	return err
}
