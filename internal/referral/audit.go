package referral

import (
	"context"

	"zhizhou/internal/db"
)

var checks = map[string]*db.Stmt{
	"invitations run in a circle": db.Q("referral/audit_cycle", `WITH RECURSIVE up (user_id, above) AS (SELECT user_id, inviter_id FROM referrals
		UNION SELECT up.user_id, r.inviter_id FROM referrals r JOIN up ON r.user_id = up.above)
		SELECT 'user ' || CAST(user_id AS TEXT) AS row FROM up WHERE user_id = above`),
	"invitation of a merged account": db.Q("referral/audit_merged", `SELECT 'user ' || CAST(r.user_id AS TEXT) AS row FROM referrals r JOIN users u ON u.id IN (r.user_id, r.inviter_id) WHERE u.merged_into > 0`),
	"rewards and their count disagree": db.Q("referral/audit_rewards", `SELECT 'rewards ' || CAST(g.rewards AS TEXT) AS row FROM referral_guard g
		WHERE g.rewards <> (SELECT COUNT(*) FROM referral_rewards w WHERE w.note <> '奖励总数已用完')`),
}

// Audit returns every row that breaks INV-28, by the name of what is broken.
func Audit(ctx context.Context, r db.Reader) (map[string][]string, error) {
	out := map[string][]string{}
	for name, q := range checks {
		var rows []string
		if err := r.List(ctx, q, &rows); err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			out[name] = rows
		}
	}
	return out, nil
}
