package referral

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 28, Name: "invitations run in a circle", Q: db.Q("referral/audit_cycle", `WITH RECURSIVE up (user_id, above) AS (SELECT user_id, inviter_id FROM referrals
		UNION SELECT up.user_id, r.inviter_id FROM referrals r JOIN up ON r.user_id = up.above)
		SELECT 'user ' || CAST(user_id AS TEXT) AS row FROM up WHERE user_id = above`)},
	{Invariant: 28, Name: "invitation of a merged account", Q: db.Q("referral/audit_merged", `SELECT 'user ' || CAST(r.user_id AS TEXT) AS row FROM referrals r JOIN users u ON u.id IN (r.user_id, r.inviter_id) WHERE u.merged_into > 0`)},
	{Invariant: 28, Name: "rewards and their count disagree", Q: db.Q("referral/audit_rewards", `SELECT 'rewards ' || CAST(g.rewards AS TEXT) AS row FROM referral_guard g
		WHERE g.rewards <> (SELECT COUNT(*) FROM referral_rewards w WHERE w.note <> '奖励总数已用完')`)},
}

// Audit returns every row that breaks INV-28.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
