package card

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 23, Name: "cards that state more lessons than were finished", Q: db.Q("audit/card_lesson", `SELECT 'card ' || CAST(c.id AS TEXT) AS row FROM cards c
		WHERE c.revoked_at = 0 AND c.kind IN ('lesson', 'quiz') AND NOT EXISTS (SELECT 1 FROM lesson_progress p WHERE p.user_id = c.user_id AND p.lesson_id = c.part_id AND p.finished_at > 0)`)},
	{Invariant: 23, Name: "cards of more hours than were studied", Q: db.Q("audit/card_hours", `SELECT 'card ' || CAST(c.id AS TEXT) AS row FROM cards c
		WHERE c.revoked_at = 0 AND c.kind = 'hours' AND (SELECT CAST(COALESCE(SUM(d.studied_ms), 0) AS BIGINT) FROM lesson_days d WHERE d.user_id = c.user_id) < c.part_id * 3600000`)},
	{Invariant: 23, Name: "cards of badges that were not won", Q: db.Q("audit/card_badge", `SELECT 'card ' || CAST(c.id AS TEXT) AS row FROM cards c
		WHERE c.revoked_at = 0 AND c.kind = 'badge' AND NOT EXISTS (SELECT 1 FROM badges b WHERE b.user_id = c.user_id AND b.rule_id = c.part_id)`)},
	{Invariant: 23, Name: "cards of certificates that fell", Q: db.Q("audit/card_certificate", `SELECT 'card ' || CAST(c.id AS TEXT) AS row FROM cards c
		JOIN certificates t ON t.id = c.part_id WHERE c.revoked_at = 0 AND c.kind = 'certificate' AND t.revoked_at > 0 AND t.revoke_kind <> 'merged'`)},
}

// Audit returns every card that states more than the evidence bears out.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
