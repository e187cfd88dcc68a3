package share

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 28, Name: "registrations and orders by one's own share", Q: db.Q("audit/share_own", `SELECT 'user ' || CAST(j.user_id AS TEXT) AS row FROM share_joins j JOIN shares s ON s.id = j.share_id WHERE s.user_id = j.user_id`)},
	{Invariant: 28, Name: "shares that do not follow their parent", Q: db.Q("audit/share_parent", `SELECT 'share ' || CAST(s.id AS TEXT) AS row FROM shares s LEFT JOIN shares p ON p.id = s.parent_id
		WHERE s.depth <> COALESCE(p.depth, 0) + 1 OR s.parent_id > 0 AND (p.id IS NULL OR p.id >= s.id)`)},
	{Invariant: 28, Name: "parts of an order that do not add up", Q: db.Q("audit/share_parts", `SELECT 'order ' || CAST(order_id AS TEXT) AS row FROM share_orders GROUP BY order_id
		HAVING SUM(weight_ppm) <> 1000000 OR SUM(CASE WHEN is_first THEN 1 ELSE 0 END) <> 1 OR SUM(CASE WHEN is_last THEN 1 ELSE 0 END) <> 1`)},
}

// Audit returns every row of the share graph that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
