// Package advice tells a learner what the stored facts of study say: what to do next
// and why, how the week went, and, at the hour that somebody chose, that nothing was
// studied today. Every sentence is made of rows that anybody may count again. It reads
// learning, quiz, catalog and grants, and owns study_reminders and study_reports.
package advice

import (
	"context"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/message"
)

// The refusals of this domain.
var (
	ErrHour = errs.New(errs.Invalid, "reminder_hour", "提醒时间是 0–23 点")
	ErrWeek = errs.New(errs.Invalid, "report_week", "没有这一周的小结")
)

// Service advises.
type Service struct {
	DB      *db.DB
	Clock   clock.Clock
	Message *message.Service
}

// now is the time in China, by which days and weeks are counted.
func (s *Service) now() time.Time { return s.Clock.Now().In(clock.China) }

// monday is the first moment of the week that t is in.
func monday(t time.Time) time.Time {
	back := (int(t.Weekday()) + 6) % 7
	return time.Date(t.Year(), t.Month(), t.Day()-back, 0, 0, 0, 0, t.Location())
}

// parseDay reads a day YYYYMMDD.
func parseDay(day int64) (time.Time, bool) {
	t := time.Date(int(day/10000), time.Month(day/100%100), int(day%100), 0, 0, 0, 0, clock.China)
	return t, clock.Day(t) == day
}

func (s *Service) exec(ctx context.Context, q *db.Stmt, args ...any) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, q, args...)
		return err
	})
}
