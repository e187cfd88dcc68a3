package points

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 33, Name: "points and their moves disagree", Q: db.Q("audit/points_sum", `SELECT 'user ' || CAST(a.user_id AS TEXT) AS row FROM point_accounts a
		LEFT JOIN (SELECT user_id, SUM(points) AS points, SUM(held) AS held, SUM(owed) AS owed FROM point_moves GROUP BY user_id) m ON m.user_id = a.user_id
		WHERE a.balance <> COALESCE(m.points, 0) OR a.held <> COALESCE(m.held, 0) OR a.owed <> COALESCE(m.owed, 0)`)},
	{Invariant: 33, Name: "held points and their orders disagree", Q: db.Q("audit/points_held", `SELECT 'user ' || CAST(a.user_id AS TEXT) AS row FROM point_accounts a
		WHERE a.held <> COALESCE((SELECT SUM(h.points) FROM point_holds h WHERE h.user_id = a.user_id AND h.state = 'held'), 0)`)},
	{Invariant: 33, Name: "hold of points and its order disagree", Q: db.Q("audit/points_hold_state", `SELECT 'order ' || o.no AS row FROM point_holds h JOIN orders o ON o.id = h.order_id
		WHERE (o.status = 'pending' AND h.state <> 'held') OR (o.status = 'closed' AND h.state <> 'released') OR (o.status IN ('paid', 'refunded') AND h.state <> 'spent')`)},
	{Invariant: 33, Name: "points discount without points", Q: db.Q("audit/points_discount", `SELECT 'order item ' || CAST(d.order_item_id AS TEXT) AS row FROM order_discounts d JOIN order_items i ON i.id = d.order_item_id
		WHERE d.kind = 'points' AND d.off_fen > 0 AND NOT EXISTS (SELECT 1 FROM point_holds h WHERE h.order_id = i.order_id)`)},
}

// Audit returns every row of stored points that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
