package partner

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 28, Name: "active partners who never accepted terms", Q: db.Q("audit/partner_accepted", `SELECT 'partner ' || CAST(p.id AS TEXT) AS row FROM partners p
		WHERE p.state IN ('active', 'suspended') AND NOT EXISTS (SELECT 1 FROM partner_acceptances a WHERE a.user_id = p.user_id AND a.role = p.role AND a.version = p.accepted)`)},
	{Invariant: 28, Name: "commission by a partner's rate without their acceptance", Q: db.Q("audit/partner_rate", `SELECT 'entry ' || CAST(e.id AS TEXT) AS row FROM commission_entries e JOIN commission_rules r ON r.id = e.rule_id AND r.version = e.rule_version
		WHERE (r.role <> 'anyone' OR r.user_id > 0) AND NOT EXISTS (SELECT 1 FROM partner_acceptances a WHERE a.user_id = e.user_id AND a.accepted_at <= e.created_at)`)},
	{Invariant: 31, Name: "reward of a ranking and its moves disagree", Q: db.Q("partner/audit_reward", `SELECT 'place ' || CAST(x.id AS TEXT) AS row FROM partner_places x
		WHERE COALESCE((SELECT SUM(m.earned_fen) FROM commission_moves m WHERE m.kind = 'reward' AND m.ref_id = x.id), 0) <> CASE WHEN x.state IN ('paid', 'reversed') THEN x.amount_fen ELSE 0 END
		OR COALESCE((SELECT SUM(m.reversed_fen) FROM commission_moves m WHERE m.kind = 'reward_undo' AND m.ref_id = x.id), 0) <> CASE WHEN x.state = 'reversed' THEN x.amount_fen ELSE 0 END`)},
	{Invariant: 31, Name: "reward without its place", Q: db.Q("partner/audit_rewarded", `SELECT 'move ' || CAST(m.id AS TEXT) AS row FROM commission_moves m WHERE m.kind IN ('reward', 'reward_undo') AND NOT EXISTS (SELECT 1 FROM partner_places x WHERE x.id = m.ref_id)`)},
}

// Audit returns every row of partnerships that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
