package renewal

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 35, Name: "cycle charged twice", Q: db.Q("audit/renewal_twice", `SELECT 'contract ' || CAST(y.contract_id AS TEXT) || ' cycle ' || CAST(y.no AS TEXT) AS row FROM contract_cycles y JOIN payments p ON p.order_id = y.order_id
		WHERE y.order_id > 0 AND p.outcome = 'settled' GROUP BY y.id, y.contract_id, y.no HAVING COUNT(*) > 1`)},
	{Invariant: 35, Name: "one end of a membership renewed twice", Q: db.Q("audit/renewal_same_end", `SELECT 'contract ' || CAST(y.contract_id AS TEXT) AS row FROM contract_cycles y JOIN orders o ON o.id = y.order_id
		WHERE y.state = 'paid' AND o.status = 'paid' GROUP BY y.contract_id, y.from_at HAVING COUNT(*) > 1`)},
	{Invariant: 35, Name: "two live contracts", Q: db.Q("audit/renewal_live", `SELECT 'user ' || CAST(user_id AS TEXT) AS row FROM contracts WHERE state IN ('signing', 'active') GROUP BY user_id, product_id HAVING COUNT(*) > 1`)},
	{Invariant: 35, Name: "paid cycle and its order disagree", Q: db.Q("audit/renewal_order", `SELECT 'contract ' || CAST(y.contract_id AS TEXT) || ' cycle ' || CAST(y.no AS TEXT) AS row FROM contract_cycles y LEFT JOIN orders o ON o.id = y.order_id
		WHERE (y.state = 'paid' AND (o.id IS NULL OR o.status NOT IN ('paid', 'refunded') OR o.paid_fen > y.amount_fen)) OR (y.state <> 'paid' AND o.status IN ('paid', 'refunded'))`)},
	{Invariant: 35, Name: "more charged than agreed", Q: db.Q("audit/renewal_agreed", `SELECT 'payment ' || p.out_trade_no AS row FROM contracts c JOIN contract_cycles y ON y.contract_id = c.id JOIN payments p ON p.order_id = y.order_id
		WHERE y.order_id > 0 AND p.channel = 'wechat_papay' AND p.amount_fen > c.agreed_fen`)},
	{Invariant: 36, Name: "charge without an announcement in time", Q: db.Q("audit/renewal_unnoticed", `SELECT 'payment ' || p.out_trade_no AS row FROM payments p LEFT JOIN contract_cycles y ON y.order_id = p.order_id
		WHERE p.channel = 'wechat_papay' AND (y.id IS NULL OR y.noticed_at = 0 OR y.lead_ms < 432000000 OR p.created_at < y.noticed_at + y.lead_ms)`)},
	{Invariant: 36, Name: "charge after the end of the contract", Q: db.Q("audit/renewal_after", `SELECT 'payment ' || p.out_trade_no AS row FROM contracts c JOIN contract_cycles y ON y.contract_id = c.id JOIN payments p ON p.order_id = y.order_id
		WHERE y.order_id > 0 AND p.channel = 'wechat_papay' AND c.cancelled_at > 0 AND p.created_at > c.cancelled_at`)},
	{Invariant: 36, Name: "paid after the end and kept", Q: db.Q("audit/renewal_kept", `SELECT 'contract ' || CAST(c.id AS TEXT) || ' cycle ' || CAST(y.no AS TEXT) AS row FROM contracts c JOIN contract_cycles y ON y.contract_id = c.id
		WHERE y.state = 'paid' AND c.cancelled_at > 0 AND y.paid_at > c.cancelled_at AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = y.order_id)`)},
	{Invariant: 36, Name: "ended contract with an open cycle", Q: db.Q("audit/renewal_open", `SELECT 'contract ' || CAST(c.id AS TEXT) AS row FROM contracts c JOIN contract_cycles y ON y.contract_id = c.id
		WHERE c.state IN ('cancelled', 'ended') AND y.state IN ('planned', 'noticed')`)},
}

// Audit lists the rows that break INV-35 or INV-36.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
