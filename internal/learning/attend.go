package learning

import (
	"context"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

var (
	qAttendedEnd = db.Q("learning/attended_end", `UPDATE lesson_progress SET finished_at = $3 WHERE lesson_id = $1 AND finished_at = 0 AND covered_ms * 100 >= $2 * 90`)
	qAttendedBy  = db.Q("learning/attended_by", `SELECT user_id, course_id FROM lesson_progress WHERE lesson_id = $1 AND finished_at = $2 AND user_id > $3 ORDER BY user_id LIMIT $4`)
)

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

// Attended notes inside tx, when a live lesson of wholeMS is over, who has finished it,
// and when that was. They may be thousands: what follows from it is done by Follow.
func (s *Service) Attended(ctx context.Context, tx *db.Tx, lessonID, wholeMS int64) (at int64, err error) {
	at = clock.MS(s.clock)
	if wholeMS > 0 {
		_, err = tx.Exec(ctx, qAttendedEnd, lessonID, wholeMS, at)
	}
	return at, err
}

// Follow runs what follows from a finished lesson (OnFinished) for all whom Attended
// marked at that time, one by one. To do it twice changes nothing.
func (s *Service) Follow(ctx context.Context, lessonID, at int64) error {
	for after := int64(0); ; {
		var rows []struct{ UserID, CourseID int64 }
		if err := s.db.List(ctx, qAttendedBy, &rows, lessonID, at, after, 200); err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			if err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
				return s.finished(ctx, tx, Done{r.UserID, r.CourseID, lessonID})
			}); err != nil {
				return err
			}
			after = r.UserID
		}
	}
}
