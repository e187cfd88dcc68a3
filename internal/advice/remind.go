package advice

import (
	"context"
	"errors"
	"fmt"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/message"
)

// page is how many people are told in one transaction.
const page = 200

var (
	qReminder    = db.Q("advice/reminder", `SELECT hour FROM study_reminders WHERE user_id = $1`)
	qReminderSet = db.Q("advice/reminder_set", `INSERT INTO study_reminders (user_id, hour, updated_at) VALUES ($1, $2, $3)
		ON CONFLICT (user_id) DO UPDATE SET hour = $2, updated_at = $3`)
	qReminderOff = db.Q("advice/reminder_off", `DELETE FROM study_reminders WHERE user_id = $1`)
	// Who asked for an hour of today that has come, within three hours of it, and has
	// begun something that can go on.
	qDue = db.Q("advice/due", `SELECT r.user_id, CAST(COALESCE((SELECT SUM(d.studied_ms) FROM lesson_days d WHERE d.user_id = r.user_id AND d.day = $1), 0) AS BIGINT) AS studied_ms,
			COALESCE((SELECT p.lesson_id FROM lesson_progress p JOIN lessons l ON l.id = p.lesson_id AND l.deleted_at = 0 AND l.released_at > 0 WHERE p.user_id = r.user_id ORDER BY p.studied_at DESC, p.lesson_id LIMIT 1), 0) AS lesson_id
		FROM study_reminders r WHERE r.hour <= $2 AND r.hour > $3 AND r.reminded_on < $1 ORDER BY r.user_id LIMIT $4`)
	qReminded = db.Q("advice/reminded", `UPDATE study_reminders SET reminded_on = $2 WHERE user_id = $1 AND reminded_on < $2`)
	qMerge    = db.Q("advice/merge", `UPDATE study_reminders SET user_id = $2 WHERE user_id = $1 AND NOT EXISTS (SELECT 1 FROM study_reminders x WHERE x.user_id = $2)`)
)

// Reminder is the hour at which somebody wants to be reminded; -1: not at all.
func (s *Service) Reminder(ctx context.Context, userID int64) (int64, error) {
	var hour int64
	err := s.DB.Get(ctx, qReminder, &hour, userID)
	if errors.Is(err, db.ErrNone) {
		return -1, nil
	}
	return hour, err
}

// Remind sets the hour, of China's clock; -1 ends it. Returns ErrHour.
func (s *Service) Remind(ctx context.Context, userID, hour int64) error {
	switch {
	case hour == -1:
		return s.exec(ctx, qReminderOff, userID)
	case hour < 0 || hour > 23:
		return ErrHour
	}
	return s.exec(ctx, qReminderSet, userID, hour, clock.MS(s.Clock))
}

// Merge gives one user's reminder to another, unless there is one: they became one.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	if _, err := tx.Exec(ctx, qMerge, from, to); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qReminderOff, from)
	return err
}

// Sweep reminds those whose hour has come and who studied nothing today, once a day,
// and sends out the reports of the week.
func (s *Service) Sweep(ctx context.Context) error {
	if err := s.remind(ctx); err != nil {
		return err
	}
	return s.reportWeek(ctx)
}

func (s *Service) remind(ctx context.Context) error {
	now := s.now()
	today, hour := clock.Day(now), now.Hour()
	for {
		var due []struct {
			UserID    int64
			StudiedMS int64 `db:"studied_ms"`
			LessonID  int64
		}
		if err := s.DB.List(ctx, qDue, &due, today, hour, hour-3, page); err != nil || len(due) == 0 {
			return err
		}
		err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, p := range due {
				n, err := tx.Exec(ctx, qReminded, p.UserID, today)
				if err != nil {
					return err
				}
				if n == 0 || p.StudiedMS > 0 {
					continue // told by another process, or nothing to remind of
				}
				link := "/learning"
				if p.LessonID != 0 {
					link = fmt.Sprintf("/learn/%d", p.LessonID)
				}
				if err := s.Message.Notify(ctx, tx, message.Notice{UserID: p.UserID, Kind: message.Study, Title: "今天还没有开船", Body: "接着上次的地方学十分钟", Link: link, Key: fmt.Sprintf("remind:%d", today)}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}
