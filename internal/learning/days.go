package learning

import (
	"context"

	"zhizhou/internal/db"
)

var (
	// What was counted before lessons were told apart has none.
	dayOf    = `SELECT d.user_id, d.day, d.lesson_id, d.studied_ms, COALESCE(l.title, '') AS lesson, COALESCE(c.title, '') AS course `
	dayFrom  = `FROM lesson_days d LEFT JOIN lessons l ON l.id = d.lesson_id LEFT JOIN courses c ON c.id = l.course_id `
	qHours   = db.Q("learning/hours", dayOf+dayFrom+`WHERE d.user_id = $1 AND d.day >= $2 AND d.day <= $3 ORDER BY d.day, d.lesson_id LIMIT $4`)
	qHoursOf = db.Q("learning/hours_of", dayOf+`, u.nickname `+dayFrom+`JOIN users u ON u.id = d.user_id
		WHERE d.user_id > $1 AND d.user_id <= $2 AND d.day >= $3 AND d.day <= $4 ORDER BY d.user_id, d.day, d.lesson_id`)
	qHoursCount = db.Q("learning/hours_count", `SELECT COUNT(*) FROM lesson_days WHERE day >= $1 AND day <= $2`)
	qHoursUsers = db.Q("learning/hours_users", `SELECT DISTINCT user_id FROM lesson_days WHERE user_id > $1 AND day >= $2 AND day <= $3 ORDER BY user_id LIMIT $4`)
)

// Day is how long somebody studied on a day (YYYYMMDD, China).
type Day struct {
	Day       int64
	StudiedMS int64 `db:"studied_ms"`
}

// Hours is how long somebody studied a lesson on a day (YYYYMMDD, China). Lesson and
// course are empty for what was counted before lessons were told apart.
type Hours struct {
	UserID    int64
	Nickname  string
	Day       int64
	LessonID  int64
	Lesson    string
	Course    string
	StudiedMS int64 `db:"studied_ms"`
}

// Days returns the days since day on which something was studied.
func (s *Service) Days(ctx context.Context, userID, since int64) ([]Day, error) {
	var rows []Day
	err := s.db.List(ctx, qDays, &rows, userID, since)
	return rows, err
}

// TotalMS is all that the user has ever studied.
func (s *Service) TotalMS(ctx context.Context, userID int64) (int64, error) {
	var n int64
	err := s.db.Get(ctx, qTotal, &n, userID)
	return n, err
}

// Hours returns what a learner studied on the days from one to another, both included,
// the first limit rows.
func (s *Service) Hours(ctx context.Context, userID, from, to int64, limit int) ([]Hours, error) {
	var rows []Hours
	err := s.db.List(ctx, qHours, &rows, userID, from, to, limit)
	return rows, err
}

// CountHours is how many rows HoursAfter returns for these days in all.
func (s *Service) CountHours(ctx context.Context, from, to int64) (int64, error) {
	var n int64
	err := s.db.Get(ctx, qHoursCount, &n, from, to)
	return n, err
}

// HoursAfter returns what the next learners after one (0: the first) studied on these
// days, learner by learner.
func (s *Service) HoursAfter(ctx context.Context, afterUser, from, to int64) ([]Hours, error) {
	var users []int64
	if err := s.db.List(ctx, qHoursUsers, &users, afterUser, from, to, 100); err != nil || len(users) == 0 {
		return nil, err
	}
	var rows []Hours
	err := s.db.List(ctx, qHoursOf, &rows, afterUser, users[len(users)-1], from, to)
	return rows, err
}
