package rating

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 51, Name: "totals of a course are not its ratings", Q: db.Q("audit/rating_totals", `SELECT 'course ' || CAST(c.id AS TEXT) AS row FROM courses c LEFT JOIN course_ratings t ON t.course_id = c.id
		LEFT JOIN (SELECT course_id, COUNT(CASE WHEN stars = 1 THEN 1 END) AS one, COUNT(CASE WHEN stars = 2 THEN 1 END) AS two, COUNT(CASE WHEN stars = 3 THEN 1 END) AS three,
			COUNT(CASE WHEN stars = 4 THEN 1 END) AS four, COUNT(CASE WHEN stars = 5 THEN 1 END) AS five FROM ratings WHERE kept GROUP BY course_id) r ON r.course_id = c.id
		WHERE COALESCE(t.one, 0) <> COALESCE(r.one, 0) OR COALESCE(t.two, 0) <> COALESCE(r.two, 0) OR COALESCE(t.three, 0) <> COALESCE(r.three, 0)
		OR COALESCE(t.four, 0) <> COALESCE(r.four, 0) OR COALESCE(t.five, 0) <> COALESCE(r.five, 0)`)},
	{Invariant: 51, Name: "rating counts of who gave the course back", Q: db.Q("audit/rating_kept", `SELECT 'rating ' || CAST(r.id AS TEXT) AS row FROM ratings r WHERE r.kept
		AND EXISTS (SELECT 1 FROM grants g WHERE g.user_id = r.user_id AND g.revoked_at > 0 AND g.resource_kind = 'course' AND g.resource_id = r.course_id)
		AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.user_id = r.user_id AND g.revoked_at = 0 AND (g.resource_kind IN ('bundle', 'membership') OR g.resource_kind = 'course' AND g.resource_id = r.course_id))
		AND NOT `+free("r.course_id"))},
	{Invariant: 42, Name: "words about a course that were hidden by nobody", Q: db.Q("audit/rating_decided", `SELECT 'rating ' || CAST(r.id AS TEXT) AS row FROM ratings r WHERE r.state = 'hidden' AND r.decided_at = 0`)},
}

// Audit returns every row of what learners say of courses that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
