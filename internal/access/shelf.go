package access

import (
	"context"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// qSingles lists lessons by grants of their own; those of a course that is open too are
// left to the caller, who knows the courses.
var qSingles = db.Q("access/singles", `SELECT g.resource_id AS lesson_id, l.title, l.form, l.duration_ms, l.page_count, l.course_id, c.title AS course_title, c.cover, c.scene,
	MAX(CASE WHEN g.until_at = 0 THEN 1 ELSE 0 END) AS forever, MAX(g.until_at) AS until_at FROM grants g JOIN lessons l ON l.id = g.resource_id JOIN courses c ON c.id = l.course_id
	WHERE g.user_id = $1 AND g.resource_kind = 'lesson' AND g.revoked_at = 0 AND (g.until_at = 0 OR g.until_at > $2) AND l.deleted_at = 0 AND c.deleted_at = 0
	GROUP BY g.resource_id, l.title, l.form, l.duration_ms, l.page_count, l.course_id, c.title, c.cover, c.scene
	HAVING MIN(g.starts_at) <= $2 ORDER BY MAX(g.created_at) DESC, g.resource_id LIMIT 200`)

// Single is a lesson that a user has by itself.
type Single struct {
	LessonID    int64
	Title       string
	Form        string
	DurationMS  int64 `db:"duration_ms"`
	PageCount   int64
	CourseID    int64
	CourseTitle string
	Cover       string
	Scene       string
	Forever     int64
	UntilAt     int64
}

// Singles lists the lessons that the user may open now by grants of their own, last
// acquired first.
func (s *Service) Singles(ctx context.Context, userID int64) ([]Single, error) {
	var rows []Single
	err := s.db.List(ctx, qSingles, &rows, userID, clock.MS(s.clock))
	return rows, err
}

// CoursesOf tells what the user has of each of some courses, from whatever source, in
// one trip to the database.
func (s *Service) CoursesOf(ctx context.Context, userID int64, courseIDs []int64) (map[int64]Holding, error) {
	now := clock.MS(s.clock)
	rows := make([][]live, len(courseIDs))
	asks := make([]db.Ask, len(courseIDs))
	for i, n := range courseIDs {
		asks[i] = db.Rows(qCourse, &rows[i], userID, n, now)
	}
	out := map[int64]Holding{}
	if err := s.db.All(ctx, asks...); err != nil {
		return nil, err
	}
	for i, n := range courseIDs {
		out[n] = holding(rows[i], now)
	}
	return out, nil
}

var qOpened = db.Q("access/opened", `SELECT COUNT(*) FROM grants g WHERE g.source_kind = $1 AND g.source_id = $2 AND `+opens("$3"))

// Opened reports whether a source ever opened a course, also when that ended.
func (s *Service) Opened(ctx context.Context, r db.Reader, src Source, courseID int64) (bool, error) {
	var n int64
	err := r.Get(ctx, qOpened, &n, src.Kind, src.ID, courseID)
	return n > 0, err
}
