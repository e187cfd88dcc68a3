package quiz

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 23, Name: "score of an attempt and its answers disagree", Q: db.Q("audit/quiz_score", `SELECT 'attempt ' || CAST(a.id AS TEXT) AS row FROM quiz_attempts a
		LEFT JOIN (SELECT attempt_id, SUM(score_centi) AS score, SUM(max_centi) AS most FROM quiz_answers GROUP BY attempt_id) x ON x.attempt_id = a.id
		WHERE (a.state = 'started' AND x.attempt_id IS NOT NULL) OR (a.state <> 'started' AND (x.attempt_id IS NULL OR x.score <> a.score_centi OR x.most <> a.max_centi))`)},
	{Invariant: 23, Name: "passed attempt whose lesson is not finished", Q: db.Q("audit/quiz_finished", `SELECT 'attempt ' || CAST(a.id AS TEXT) AS row FROM quiz_attempts a
		WHERE a.passed AND NOT EXISTS (SELECT 1 FROM lesson_progress p WHERE p.user_id = a.user_id AND p.lesson_id = a.lesson_id AND p.finished_at > 0)`)},
	{Invariant: 23, Name: "attempt that is passed below its pass line", Q: db.Q("audit/quiz_pass", `SELECT 'attempt ' || CAST(a.id AS TEXT) AS row FROM quiz_attempts a
		WHERE a.passed AND a.score_centi * 1000 < a.pass_permille * a.max_centi AND NOT EXISTS (SELECT 1 FROM quiz_answers x WHERE x.attempt_id = a.id AND x.state = 'marked')`)},
	{Invariant: 23, Name: "attempt to mark without an answer to mark, or the other way", Q: db.Q("audit/quiz_to_mark", `SELECT 'attempt ' || CAST(a.id AS TEXT) AS row FROM quiz_attempts a
		WHERE (a.state = 'to_mark') <> EXISTS (SELECT 1 FROM quiz_answers x WHERE x.attempt_id = a.id AND x.state = 'to_mark')`)},
	{Invariant: 44, Name: "attempt that was handed in after its deadline", Q: db.Q("audit/quiz_late", `SELECT 'attempt ' || CAST(id AS TEXT) AS row FROM quiz_attempts
		WHERE deadline_at > 0 AND state <> 'started' AND submitted_at > deadline_at + 5000`)},
}

// Audit returns every row of stored quizzes that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
