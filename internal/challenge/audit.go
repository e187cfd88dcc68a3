package challenge

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 33, Name: "a member and their check-ins disagree", Q: db.Q("audit/challenge_sum", `SELECT 'member ' || CAST(m.id AS TEXT) AS row FROM challenge_members m
		WHERE m.reason <> 'merged' AND (m.total <> (SELECT COUNT(*) FROM challenge_check_ins d WHERE d.member_id = m.id)
		OR m.last <> COALESCE((SELECT MAX(d.day) FROM challenge_check_ins d WHERE d.member_id = m.id), 0)
		OR m.made_up <> (SELECT COUNT(*) FROM challenge_check_ins d WHERE d.member_id = m.id AND d.made_up))`)},
	{Invariant: 33, Name: "points of a check-in that were not given", Q: db.Q("audit/challenge_points", `SELECT 'check-in ' || CAST(d.id AS TEXT) AS row FROM challenge_check_ins d
		WHERE d.points > 0 AND NOT EXISTS (SELECT 1 FROM point_moves p WHERE p.user_id = d.user_id AND p.kind = 'earn' AND p.cause LIKE 'challenge_day:%:' || CAST(d.day AS TEXT) AND p.points - p.owed = d.points)`)},
	{Invariant: 33, Name: "scores of a member's weeks and their score disagree", Q: db.Q("audit/challenge_score", `SELECT 'member ' || CAST(m.id AS TEXT) AS row FROM challenge_members m
		WHERE m.score <> COALESCE((SELECT SUM(w.score) FROM challenge_weeks w WHERE w.member_id = m.id), 0)`)},
	{Invariant: 33, Name: "a squad and its members disagree", Q: db.Q("audit/challenge_squad", `SELECT 'squad ' || CAST(q.id AS TEXT) AS row FROM challenge_squads q
		WHERE q.size <> (SELECT COUNT(*) FROM challenge_members m WHERE m.squad_id = q.id AND m.state = 'in') OR (q.dissolved_at > 0 AND q.size > 0)`)},
	{Invariant: 33, Name: "a class and its members disagree", Q: db.Q("audit/challenge_class", `SELECT 'class ' || CAST(c.id AS TEXT) AS row FROM challenge_classes c
		WHERE c.members <> (SELECT COUNT(*) FROM challenge_members m WHERE m.class_id = c.id AND m.state = 'in')`)},
	{Invariant: 23, Name: "a milestone of a challenge without its check-ins", Q: db.Q("audit/challenge_milestone", `SELECT 'milestone ' || CAST(x.id AS TEXT) AS row FROM challenge_milestones x JOIN challenge_members m ON m.id = x.member_id
		WHERE m.reason <> 'merged' AND x.check_ins > (SELECT COUNT(*) FROM challenge_check_ins d WHERE d.member_id = m.id AND d.day <= m.starts + x.no - 1)`)},
}

// Audit returns every row of the challenges that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
