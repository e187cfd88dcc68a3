package commerce

import (
	"context"

	"zhizhou/internal/db"
)

// Finding is a row that breaks an invariant (docs/invariants.md).
type Finding struct {
	Invariant int
	Name      string
	Row       string
}

type check struct {
	invariant int
	name      string
	q         *db.Stmt
}

// The audits read other domains' tables: they prove that the parts agree. Each
// returns one text column naming the row.
var checks = []check{
	{1, "paid payment settled twice", db.Q("audit/settled_twice", `SELECT 'order ' || MIN(o.no) AS row FROM payments p JOIN orders o ON o.id = p.order_id
		WHERE p.outcome = 'settled' GROUP BY p.order_id HAVING COUNT(*) > 1`)},
	{1, "settled payment without its ledger entry", db.Q("audit/settled_unbooked", `SELECT 'payment ' || p.out_trade_no AS row FROM payments p WHERE p.outcome = 'settled'
		AND NOT EXISTS (SELECT 1 FROM ledger_transactions t WHERE t.kind = 'settle' AND t.ref_kind = 'payment' AND t.ref_id = p.id)`)},
	{3, "paid order line without a grant", db.Q("audit/paid_no_grant", `SELECT 'order ' || o.no AS row FROM orders o JOIN order_items i ON i.order_id = o.id
		WHERE o.status = 'paid' AND i.refunded_fen < i.price_fen AND NOT EXISTS
		(SELECT 1 FROM grants g WHERE g.source_kind = 'order_item' AND g.source_id = i.id AND g.revoked_at = 0)`)},
	{3, "free order without a grant", db.Q("audit/free_no_grant", `SELECT 'order ' || o.no AS row FROM orders o JOIN order_items i ON i.order_id = o.id
		WHERE o.status = 'paid' AND i.price_fen = 0 AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.source_kind = 'order_item' AND g.source_id = i.id)`)},
	{3, "grant without a paid order", db.Q("audit/grant_unpaid", `SELECT 'grant ' || CAST(g.id AS TEXT) AS row FROM grants g
		LEFT JOIN order_items i ON i.id = g.source_id LEFT JOIN orders o ON o.id = i.order_id
		WHERE g.source_kind = 'order_item' AND g.revoked_at = 0 AND (o.id IS NULL OR o.status NOT IN ('paid') OR (i.price_fen > 0 AND i.refunded_fen = i.price_fen))`)},
	{4, "ledger transaction out of balance", db.Q("audit/unbalanced", `SELECT 'ledger transaction ' || CAST(transaction_id AS TEXT) AS row FROM ledger_postings
		GROUP BY transaction_id HAVING SUM(debit_fen) <> SUM(credit_fen)`)},
	{5, "refunds exceed the payment", db.Q("audit/over_refunded", `SELECT 'payment ' || p.out_trade_no AS row FROM payments p JOIN refunds r ON r.payment_id = p.id
		WHERE p.status <> 'held' AND r.status IN ('approved', 'processing', 'succeeded', 'abnormal') GROUP BY p.id, p.out_trade_no, p.amount_fen HAVING SUM(r.amount_fen) > p.amount_fen`)},
	{5, "refunds exceed the held money", db.Q("audit/over_refunded_held", `SELECT 'payment ' || p.out_trade_no AS row FROM payments p WHERE p.status = 'held' AND
		(SELECT COALESCE(SUM(r.amount_fen), 0) FROM refunds r WHERE r.payment_id = p.id AND r.status IN ('approved', 'processing', 'succeeded', 'abnormal')) >
		(SELECT COALESCE(SUM(l.credit_fen), 0) FROM ledger_transactions t JOIN ledger_postings l ON l.transaction_id = t.id
			WHERE t.kind = 'suspense' AND t.ref_kind = 'payment' AND t.ref_id = p.id AND l.account = 'suspense')`)},
	{6, "succeeded refund without its ledger entry", db.Q("audit/refund_unbooked", `SELECT 'refund ' || r.no AS row FROM refunds r WHERE r.status = 'succeeded'
		AND NOT EXISTS (SELECT 1 FROM ledger_transactions t WHERE t.kind = 'refund' AND t.ref_kind = 'refund' AND t.ref_id = r.id)`)},
	{7, "held payment opened something", db.Q("audit/held_granted", `SELECT 'payment ' || p.out_trade_no AS row FROM payments p WHERE p.status = 'held'
		AND EXISTS (SELECT 1 FROM ledger_transactions t WHERE t.kind = 'settle' AND t.ref_kind = 'payment' AND t.ref_id = p.id)`)},
	{8, "late or double payment without a refund", db.Q("audit/late_kept", `SELECT 'payment ' || p.out_trade_no AS row FROM payments p WHERE p.outcome IN ('late', 'duplicate')
		AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.payment_id = p.id)`)},
	{9, "paid order without a settled payment", db.Q("audit/paid_unsettled", `SELECT 'order ' || o.no AS row FROM orders o WHERE o.status IN ('paid', 'refunded') AND o.total_fen > 0
		AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.outcome = 'settled')`)},
	{10, "order state and money disagree", db.Q("audit/state", `SELECT 'order ' || no AS row FROM orders WHERE (status IN ('pending', 'closed') AND (paid_fen <> 0 OR refunded_fen <> 0))
		OR (status = 'refunded' AND refunded_fen <> paid_fen) OR (status = 'paid' AND paid_fen > 0 AND refunded_fen >= paid_fen)`)},
	{11, "order total is not the sum of its lines", db.Q("audit/total", `SELECT 'order ' || o.no AS row FROM orders o JOIN order_items i ON i.order_id = o.id
		GROUP BY o.id, o.no, o.total_fen HAVING SUM(i.price_fen) <> o.total_fen`)},
	{11, "refunded lines and order disagree", db.Q("audit/refunded_sum", `SELECT 'order ' || o.no AS row FROM orders o JOIN order_items i ON i.order_id = o.id
		GROUP BY o.id, o.no, o.refunded_fen HAVING SUM(i.refunded_fen) < o.refunded_fen`)},
}

// Audit runs the invariants that speak of stored data and returns every row that
// breaks one.
func Audit(ctx context.Context, r db.Reader) ([]Finding, error) {
	var out []Finding
	for _, c := range checks {
		var rows []string
		if err := r.List(ctx, c.q, &rows); err != nil {
			return nil, err
		}
		for _, row := range rows {
			out = append(out, Finding{c.invariant, c.name, row})
		}
	}
	return out, nil
}
