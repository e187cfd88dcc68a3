package homework

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 23, Name: "passed homework whose lesson is not finished", Q: db.Q("audit/homework_finished", `SELECT 'submission ' || CAST(s.id AS TEXT) AS row FROM submissions s
		WHERE s.passed AND NOT EXISTS (SELECT 1 FROM lesson_progress p WHERE p.user_id = s.user_id AND p.lesson_id = s.lesson_id AND p.finished_at > 0)`)},
	{Invariant: 23, Name: "review of one's own work", Q: db.Q("audit/homework_self", `SELECT 'review ' || CAST(p.id AS TEXT) AS row FROM peer_reviews p
		JOIN submissions s ON s.id = p.submission_id WHERE s.user_id = p.reviewer_id`)},
	{Invariant: 23, Name: "homework that is passed by its peers below its pass line", Q: db.Q("audit/homework_pass", `SELECT 'submission ' || CAST(id AS TEXT) AS row FROM submissions
		WHERE passed AND by_peers AND score * 1000 < pass_permille * most`)},
}

// Audit returns every row of stored homework that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
