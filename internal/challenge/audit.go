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
	{Invariant: 4, Name: "a deposit and its money disagree", Q: db.Q("audit/challenge_deposit", `SELECT 'order item ' || CAST(p.order_item_id AS TEXT) AS row FROM challenge_entries p
		LEFT JOIN order_items i ON i.id = p.order_item_id LEFT JOIN revenue_schedules s ON s.order_item_id = p.order_item_id
		WHERE i.id IS NULL OR i.price_fen <> p.fen OR (p.deposit AND s.order_item_id IS NULL)
		OR (p.state IN ('held', 'returned') AND s.earned_fen > 0)
		OR (p.state = 'forfeited' AND s.earned_fen + s.returned_fen <> s.total_fen)
		OR (p.state = 'returned' AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.order_item_id = p.order_item_id AND r.cause = 'deposit'))
		OR (p.state = 'refunded' AND i.refunded_fen = 0)`)},
	{Invariant: 4, Name: "deposits held and what is owed for them disagree", Q: db.Q("audit/challenge_owed", `SELECT 'owed ' || CAST(b.fen AS TEXT) || ', held ' || CAST(x.fen AS TEXT) AS row FROM
		(SELECT COALESCE(SUM(credit_fen - debit_fen), 0) AS fen FROM ledger_postings WHERE account = 'deferred:deposit') b,
		(SELECT COALESCE(SUM(p.fen - COALESCE((SELECT SUM(r.amount_fen) FROM refunds r WHERE r.order_item_id = p.order_item_id AND r.status = 'succeeded'), 0)), 0) AS fen
			FROM challenge_entries p WHERE p.deposit AND p.state <> 'forfeited') x WHERE b.fen <> x.fen`)},
	{Invariant: 3, Name: "a member of a class that they did not pay for", Q: db.Q("audit/challenge_unpaid", `SELECT 'member ' || CAST(m.id AS TEXT) AS row FROM challenge_members m JOIN challenge_classes c ON c.id = m.class_id
		WHERE m.state = 'in' AND c.price <> 'free' AND c.state <> 'cancelled' AND NOT EXISTS (SELECT 1 FROM challenge_entries p WHERE p.class_id = m.class_id AND p.user_id = m.user_id AND p.state <> 'refunded')`)},
	{Invariant: 3, Name: "a paid line of a class that nobody entered by", Q: db.Q("audit/challenge_lost", `SELECT 'order item ' || CAST(i.id AS TEXT) AS row FROM order_items i JOIN orders o ON o.id = i.order_id
		WHERE i.kind IN ('class', 'deposit') AND o.status = 'paid' AND NOT EXISTS (SELECT 1 FROM challenge_entries p WHERE p.order_item_id = i.id)`)},
}

// Audit returns every row of the challenges that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
