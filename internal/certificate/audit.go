package certificate

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 23, Name: "certificate states more lessons than were finished by then", Q: db.Q("audit/certificate_lessons", `SELECT 'certificate ' || c.code AS row FROM certificates c WHERE c.lessons >
		(SELECT COUNT(*) FROM lesson_progress p JOIN lessons l ON l.id = p.lesson_id WHERE p.user_id = c.user_id AND p.course_id = c.course_id AND p.finished_at > 0 AND p.finished_at <= c.issued_at
			AND (l.deleted_at = 0 OR l.deleted_at > c.issued_at))`)},
	{Invariant: 23, Name: "certificate states another study time than the sittings until then", Q: db.Q("audit/certificate_time", `SELECT 'certificate ' || c.code AS row FROM certificates c
		LEFT JOIN (SELECT k.id, SUM(CASE WHEN s.started_at <= k.issued_at THEN s.credited_ms ELSE 0 END) AS most, SUM(CASE WHEN s.last_at <= k.issued_at THEN s.credited_ms ELSE 0 END) AS least
			FROM certificates k JOIN study_sessions s ON s.user_id = k.user_id AND s.course_id = k.course_id GROUP BY k.id) x ON x.id = c.id
		WHERE c.study_ms > COALESCE(x.most, 0) OR (c.study_ms < COALESCE(x.least, 0) AND c.revoke_kind <> 'merged' AND NOT EXISTS (SELECT 1 FROM certificates o WHERE o.user_id = c.user_id AND o.revoke_kind = 'merged'))`)},
	{Invariant: 23, Name: "certificate states a score that its attempts do not have", Q: db.Q("audit/certificate_score", `SELECT 'certificate ' || c.code AS row FROM certificates c
		LEFT JOIN (SELECT x.certificate_id, SUM(CASE WHEN a.passed AND a.user_id = k.user_id AND a.course_id = k.course_id THEN a.score_centi ELSE 0 END) AS score, SUM(a.max_centi) AS most
			FROM certificate_scores x JOIN certificates k ON k.id = x.certificate_id JOIN quiz_attempts a ON a.id = x.attempt_id GROUP BY x.certificate_id) s ON s.certificate_id = c.id
		WHERE c.score_permille <> COALESCE(s.score * 1000 / s.most, -1)`)},
	{Invariant: 23, Name: "certificate that was issued before its study was done", Q: db.Q("audit/certificate_days", `SELECT 'certificate ' || code AS row FROM certificates
		WHERE finished_at > issued_at OR started_at > issued_at OR started_at <= 0`)},
}

// Audit returns every certificate that states what the evidence of study does not
// bear out.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
