package commerce

import (
	"context"

	"zhizhou/internal/db"
)

// kept is SQL for how much of each line's price is earned and kept, in orders that are
// booked gross.
const kept = `SELECT i.order_id, i.id AS item_id, i.price_fen, ` + rate + ` AS rate_bps,
	CASE WHEN NOT ` + over + ` THEN i.price_fen - COALESCE(b.fen, 0) WHEN s.order_item_id IS NULL THEN 0 ELSE s.earned_fen - s.undone_fen END AS kept_fen, COALESCE(s.total_fen, i.price_fen) AS total_fen
	FROM orders o JOIN order_items i ON i.order_id = o.id LEFT JOIN revenue_schedules s ON s.order_item_id = i.id
	LEFT JOIN (SELECT order_item_id, CAST(SUM(amount_fen) AS BIGINT) AS fen FROM refunds WHERE status = 'succeeded' GROUP BY order_item_id) b ON b.order_item_id = i.id
	WHERE o.book_rule >= 1 AND o.status IN ('paid', 'refunded') AND i.price_fen > 0`

// The audits read other domains' tables: they prove that the parts agree. Each
// returns one text column naming the row.
var checks = []db.Check{
	{Invariant: 1, Name: "paid payment settled twice", Q: db.Q("audit/settled_twice", `SELECT 'order ' || MIN(o.no) AS row FROM payments p JOIN orders o ON o.id = p.order_id
		WHERE p.outcome = 'settled' GROUP BY p.order_id HAVING COUNT(*) > 1`)},
	{Invariant: 1, Name: "settled payment without its ledger entry", Q: db.Q("audit/settled_unbooked", `SELECT 'payment ' || p.out_trade_no AS row FROM payments p WHERE p.outcome = 'settled'
		AND NOT EXISTS (SELECT 1 FROM ledger_transactions t WHERE t.kind = 'settle' AND t.ref_kind = 'payment' AND t.ref_id = p.id)`)},
	{Invariant: 3, Name: "paid order that was not delivered", Q: db.Q("audit/paid_undelivered", `SELECT 'order ' || o.no AS row FROM orders o WHERE o.status = 'paid' AND o.delivered_at = 0
		AND NOT EXISTS (SELECT 1 FROM groups g WHERE g.id = o.group_id AND (g.state = 'forming' OR (g.state = 'failed' AND EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = o.id))))`)},
	{Invariant: 3, Name: "paid order line without a grant", Q: db.Q("audit/paid_no_grant", `SELECT 'order ' || o.no AS row FROM orders o JOIN order_items i ON i.order_id = o.id
		WHERE o.status = 'paid' AND o.delivered_at > 0 AND NOT o.gift AND i.credited_fen = 0 AND (i.refunded_fen < i.price_fen OR i.price_fen = 0)
		AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.order_item_id = i.id AND r.ends_access AND r.status NOT IN ('requested', 'rejected'))
		AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.source_kind = 'order_item' AND g.source_id = i.id AND g.revoked_at = 0)`)},
	{Invariant: 3, Name: "gift line without its copies", Q: db.Q("audit/gift_copies", `SELECT 'order ' || o.no AS row FROM orders o JOIN order_items i ON i.order_id = o.id
		WHERE o.gift AND o.delivered_at > 0 AND (SELECT COUNT(*) FROM gifts g WHERE g.order_item_id = i.id) <> i.quantity`)},
	{Invariant: 3, Name: "received gift without a grant", Q: db.Q("audit/gift_no_grant", `SELECT 'gift ' || CAST(g.id AS TEXT) AS row FROM gifts g JOIN order_items i ON i.id = g.order_item_id
		WHERE g.state = 'received' AND i.refunded_fen < i.price_fen AND NOT EXISTS (SELECT 1 FROM grants a WHERE a.source_kind = 'gift' AND a.source_id = g.id)`)},
	{Invariant: 3, Name: "used redeem code without a grant", Q: db.Q("audit/code_no_grant", `SELECT 'redeem code ' || CAST(c.id AS TEXT) AS row FROM redeem_codes c
		WHERE c.state = 'used' AND NOT EXISTS (SELECT 1 FROM grants a WHERE a.source_kind = 'redeem_code' AND a.source_id = c.id)`)},
	{Invariant: 3, Name: "grant without a paid order", Q: db.Q("audit/grant_unpaid", `SELECT 'grant ' || CAST(g.id AS TEXT) AS row FROM grants g
		LEFT JOIN order_items i ON i.id = g.source_id LEFT JOIN orders o ON o.id = i.order_id
		WHERE g.source_kind = 'order_item' AND g.revoked_at = 0 AND (o.id IS NULL OR o.status NOT IN ('paid') OR (i.price_fen > 0 AND i.refunded_fen = i.price_fen))`)},
	{Invariant: 4, Name: "ledger transaction out of balance", Q: db.Q("audit/unbalanced", `SELECT 'ledger transaction ' || CAST(transaction_id AS TEXT) AS row FROM ledger_postings
		GROUP BY transaction_id HAVING SUM(debit_fen) <> SUM(credit_fen)`)},
	{Invariant: 4, Name: "deferred revenue and its schedules disagree", Q: db.Q("audit/deferred", `SELECT 'deferred ' || CAST(b.fen AS TEXT) || ', schedules ' || CAST(x.fen AS TEXT) AS row FROM
		(SELECT COALESCE(SUM(credit_fen - debit_fen), 0) AS fen FROM ledger_postings WHERE account LIKE 'deferred:%') b,
		(SELECT (SELECT COALESCE(SUM(total_fen - earned_fen - returned_fen), 0) FROM revenue_schedules) + (SELECT COALESCE(SUM(i.price_fen - CASE WHEN o.status = 'refunded' THEN i.price_fen ELSE 0 END), 0)
			FROM order_items i JOIN orders o ON o.id = i.order_id WHERE o.status IN ('paid', 'refunded') AND o.delivered_at = 0 AND `+over+`) AS fen) x
		WHERE b.fen <> x.fen AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.status IN ('approved', 'processing', 'abnormal'))`)},
	{Invariant: 4, Name: "deferred revenue of services and what is still to be given disagree", Q: db.Q("audit/deferred_service", `SELECT 'deferred:service ' || CAST(b.fen AS TEXT) || ', to be given ' || CAST(x.fen AS TEXT) AS row FROM
		(SELECT COALESCE(SUM(credit_fen - debit_fen), 0) AS fen FROM ledger_postings WHERE account = 'deferred:service') b,
		(SELECT COALESCE(SUM(i.price_fen - COALESCE(r.fen, 0)), 0) AS fen FROM order_items i JOIN orders o ON o.id = i.order_id LEFT JOIN service_deliveries d ON d.order_item_id = i.id
			LEFT JOIN (SELECT order_item_id, SUM(amount_fen) AS fen FROM refunds WHERE status = 'succeeded' GROUP BY order_item_id) r ON r.order_item_id = i.id
			WHERE i.kind = 'service' AND o.book_rule >= 2 AND o.status IN ('paid', 'refunded') AND COALESCE(d.state, 'waiting') <> 'done') x
		WHERE b.fen <> x.fen`)},
	{Invariant: 3, Name: "paid service that nobody has to give", Q: db.Q("audit/service_lost", `SELECT 'order ' || o.no AS row FROM order_items i JOIN orders o ON o.id = i.order_id
		WHERE i.kind = 'service' AND o.book_rule >= 2 AND o.status = 'paid' AND o.delivered_at > 0 AND NOT EXISTS (SELECT 1 FROM service_deliveries d WHERE d.order_item_id = i.id AND (d.state <> 'cancelled' OR i.refunded_fen = i.price_fen))`)},
	{Invariant: 3, Name: "service to be given whose money went back", Q: db.Q("audit/service_unpaid", `SELECT 'order ' || o.no AS row FROM service_deliveries d JOIN order_items i ON i.id = d.order_item_id JOIN orders o ON o.id = i.order_id
		WHERE d.state = 'waiting' AND (o.status <> 'paid' OR (i.price_fen > 0 AND i.refunded_fen = i.price_fen))`)},
	{Invariant: 4, Name: "gift earned beyond the time of who received it", Q: db.Q("audit/gift_earned", `SELECT 'order ' || o.no AS row FROM revenue_schedules s JOIN orders o ON o.id = s.order_id
		LEFT JOIN (SELECT t.ref_id, MAX(t.at) AS at FROM ledger_transactions t WHERE t.ref_kind = 'order_item' AND t.kind LIKE 'earn:gift:%' GROUP BY t.ref_id) e ON e.ref_id = s.order_item_id
		WHERE o.gift AND s.kind <> 'service' AND s.earned_fen > COALESCE((SELECT SUM(CASE WHEN e.at >= g.until_at THEN g.price_fen WHEN e.at < g.starts_at THEN 0
			ELSE g.price_fen * ((e.at - g.starts_at) / 86400000) / ((g.until_at - g.starts_at + 86399999) / 86400000) END) FROM gifts g WHERE g.order_item_id = s.order_item_id AND g.state = 'received' AND g.until_at > 0), 0)`)},
	{Invariant: 4, Name: "service earned without being done", Q: db.Q("audit/service_earned", `SELECT 'order ' || o.no AS row FROM revenue_schedules s JOIN orders o ON o.id = s.order_id LEFT JOIN service_deliveries d ON d.order_item_id = s.order_item_id
		WHERE s.kind = 'service' AND s.earned_fen > 0 AND COALESCE(d.state, '') <> 'done'`)},
	{Invariant: 3, Name: "service marked as done while a copy of the gift waits for somebody", Q: db.Q("audit/service_done_open", `SELECT 'order ' || o.no AS row FROM service_deliveries d JOIN orders o ON o.id = d.order_id
		WHERE d.state = 'done' AND EXISTS (SELECT 1 FROM gifts g WHERE g.order_item_id = d.order_item_id AND g.state = 'open')`)},
	{Invariant: 4, Name: "tax accounts and lines disagree", Q: db.Q("audit/tax", `SELECT 'order ' || o.no || ' ' || z.account AS row FROM (SELECT x.order_id, x.account FROM (
		SELECT k.order_id, 'tax:' || CAST(k.rate_bps AS TEXT) AS account, CASE WHEN k.kept_fen < 0 THEN -((-2 * k.kept_fen * k.rate_bps + 10000 + k.rate_bps) / (2 * (10000 + k.rate_bps)))
		ELSE (2 * k.kept_fen * k.rate_bps + 10000 + k.rate_bps) / (2 * (10000 + k.rate_bps)) END AS fen FROM (`+kept+`) k
		UNION ALL SELECT p.order_id, p.account, p.debit_fen - p.credit_fen FROM ledger_postings p WHERE p.account LIKE 'tax:%') x
		GROUP BY x.order_id, x.account HAVING SUM(x.fen) <> 0) z LEFT JOIN orders o ON o.id = z.order_id`)},
	{Invariant: 4, Name: "discount accounts and lines disagree", Q: db.Q("audit/discount_accounts", `SELECT 'order ' || o.no || ' ' || z.account AS row FROM (SELECT x.order_id, x.account FROM (
		SELECT k.order_id, 'discount:' || d.kind AS account, (2 * d.off_fen * k.kept_fen + k.total_fen) / (2 * k.total_fen) AS fen FROM (`+kept+`) k JOIN order_discounts d ON d.order_item_id = k.item_id AND d.kind <> 'upgrade' AND k.kept_fen > 0
		UNION ALL SELECT p.order_id, p.account, p.credit_fen - p.debit_fen FROM ledger_postings p WHERE p.account LIKE 'discount:%') x
		GROUP BY x.order_id, x.account HAVING SUM(x.fen) <> 0) z LEFT JOIN orders o ON o.id = z.order_id`)},
	{Invariant: 5, Name: "refunds exceed the payment", Q: db.Q("audit/over_refunded", `SELECT 'payment ' || p.out_trade_no AS row FROM payments p JOIN refunds r ON r.payment_id = p.id
		WHERE p.status <> 'held' AND r.status IN ('approved', 'processing', 'succeeded', 'abnormal') GROUP BY p.id, p.out_trade_no, p.amount_fen HAVING SUM(r.amount_fen) > p.amount_fen`)},
	{Invariant: 5, Name: "refunds exceed the held money", Q: db.Q("audit/over_refunded_held", `SELECT 'payment ' || p.out_trade_no AS row FROM payments p WHERE p.status = 'held' AND
		(SELECT COALESCE(SUM(r.amount_fen), 0) FROM refunds r WHERE r.payment_id = p.id AND r.status IN ('approved', 'processing', 'succeeded', 'abnormal')) >
		(SELECT COALESCE(SUM(l.credit_fen), 0) FROM ledger_transactions t JOIN ledger_postings l ON l.transaction_id = t.id
			WHERE t.kind = 'suspense' AND t.ref_kind = 'payment' AND t.ref_id = p.id AND l.account = 'suspense')`)},
	{Invariant: 6, Name: "succeeded refund without its ledger entry", Q: db.Q("audit/refund_unbooked", `SELECT 'refund ' || r.no AS row FROM refunds r WHERE r.status = 'succeeded'
		AND NOT EXISTS (SELECT 1 FROM ledger_transactions t WHERE t.kind = 'refund' AND t.ref_kind = 'refund' AND t.ref_id = r.id)`)},
	{Invariant: 7, Name: "held payment opened something", Q: db.Q("audit/held_granted", `SELECT 'payment ' || p.out_trade_no AS row FROM payments p WHERE p.status = 'held'
		AND EXISTS (SELECT 1 FROM ledger_transactions t WHERE t.kind = 'settle' AND t.ref_kind = 'payment' AND t.ref_id = p.id)`)},
	{Invariant: 8, Name: "late or double payment without a refund", Q: db.Q("audit/late_kept", `SELECT 'payment ' || p.out_trade_no AS row FROM payments p WHERE p.outcome IN ('late', 'duplicate')
		AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.payment_id = p.id)`)},
	{Invariant: 9, Name: "paid order without a settled payment", Q: db.Q("audit/paid_unsettled", `SELECT 'order ' || o.no AS row FROM orders o WHERE o.status IN ('paid', 'refunded') AND o.total_fen > 0
		AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.outcome = 'settled')`)},
	{Invariant: 10, Name: "order state and money disagree", Q: db.Q("audit/state", `SELECT 'order ' || no AS row FROM orders WHERE (status IN ('pending', 'closed') AND (paid_fen <> 0 OR refunded_fen <> 0))
		OR (status = 'refunded' AND refunded_fen <> paid_fen) OR (status = 'paid' AND paid_fen > 0 AND refunded_fen >= paid_fen)`)},
	{Invariant: 11, Name: "line and its discounts disagree", Q: db.Q("audit/discounts", `SELECT 'order ' || o.no AS row FROM orders o JOIN order_items i ON i.order_id = o.id
		WHERE i.discount_fen <> COALESCE((SELECT SUM(d.off_fen) FROM order_discounts d WHERE d.order_item_id = i.id), 0)`)},
	{Invariant: 24, Name: "quota and holds disagree", Q: db.Q("audit/quota", `SELECT q.kind || ' ' || CAST(q.ref_id AS TEXT) AS row FROM quotas q
		WHERE q.held <> COALESCE((SELECT SUM(h.units) FROM order_holds h WHERE h.kind = q.kind AND h.ref_id = q.ref_id AND h.counted AND h.state = 'held'), 0)
		OR q.sold <> COALESCE((SELECT SUM(h.units) FROM order_holds h WHERE h.kind = q.kind AND h.ref_id = q.ref_id AND h.counted AND h.state = 'sold'), 0)`)},
	{Invariant: 24, Name: "hold and its order disagree", Q: db.Q("audit/hold_state", `SELECT 'order ' || o.no AS row FROM order_holds h JOIN orders o ON o.id = h.order_id
		WHERE (o.status = 'pending' AND h.state <> 'held') OR (o.status = 'closed' AND h.state <> 'released') OR (o.status = 'paid' AND h.state = 'held')`)},
	{Invariant: 24, Name: "bargain and its helpers disagree", Q: db.Q("audit/bargain", `SELECT 'bargain ' || CAST(b.id AS TEXT) AS row FROM bargains b
		LEFT JOIN (SELECT bargain_id, COUNT(*) AS n, SUM(cut_fen) AS fen FROM bargain_helps GROUP BY bargain_id) h ON h.bargain_id = b.id
		WHERE b.helped <> COALESCE(h.n, 0) OR b.price_fen <> b.list_fen - COALESCE(h.fen, 0) OR (b.helped = b.helpers AND b.price_fen <> b.floor_fen)`)},
	{Invariant: 24, Name: "bargain and its order disagree", Q: db.Q("audit/bargain_order", `SELECT 'bargain ' || CAST(b.id AS TEXT) AS row FROM bargains b LEFT JOIN orders o ON o.id = b.order_id
		WHERE (b.state = 'open' AND b.order_id > 0 AND o.status <> 'pending') OR (b.state = 'bought' AND (o.id IS NULL OR o.status NOT IN ('paid', 'refunded')))`)},
	{Invariant: 12, Name: "discount of an experiment that is not the order's", Q: db.Q("audit/trial_discount", `SELECT 'order item ' || CAST(d.order_item_id AS TEXT) AS row FROM order_discounts d JOIN order_items i ON i.id = d.order_item_id
		WHERE d.kind = 'experiment' AND NOT EXISTS (SELECT 1 FROM experiment_orders t WHERE t.order_id = i.order_id AND t.sku_id = i.sku_id AND t.variant_id = d.rule_id)`)},
	{Invariant: 25, Name: "group and its members disagree", Q: db.Q("audit/group", `SELECT 'group ' || CAST(g.id AS TEXT) AS row FROM groups g
		WHERE (g.state = 'succeeded' AND g.paid <> g.size) OR (g.state = 'forming' AND (g.paid <> (SELECT COUNT(*) FROM group_members m WHERE m.group_id = g.id AND m.state = 'paid')
		OR g.seats <> (SELECT COUNT(*) FROM group_members m WHERE m.group_id = g.id AND m.state IN ('held', 'paid'))))`)},
	{Invariant: 25, Name: "member of a failed group without a refund", Q: db.Q("audit/group_unrefunded", `SELECT 'order ' || o.no AS row FROM groups g JOIN orders o ON o.group_id = g.id
		WHERE g.state = 'failed' AND o.status = 'paid' AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = o.id)`)},
	{Invariant: 26, Name: "coupons issued and in wallets disagree", Q: db.Q("audit/coupons", `SELECT 'coupon ' || CAST(c.id AS TEXT) AS row FROM coupons c
		WHERE c.issued <> (SELECT COUNT(*) FROM user_coupons w WHERE w.coupon_id = c.id)`)},
	{Invariant: 26, Name: "coupon and its order disagree", Q: db.Q("audit/coupon_order", `SELECT 'coupon ' || CAST(w.id AS TEXT) AS row FROM user_coupons w JOIN orders o ON o.id = w.order_id
		WHERE (w.state = 'held' AND o.status <> 'pending') OR (w.state = 'used' AND o.status NOT IN ('paid', 'refunded'))`)},
	{Invariant: 11, Name: "upgrade credit and its order disagree", Q: db.Q("audit/credit_state", `SELECT 'order ' || o.no AS row FROM upgrade_credits c JOIN orders o ON o.id = c.order_id
		WHERE (o.status = 'pending' AND c.state <> 'held') OR (o.status = 'closed' AND c.state <> 'released') OR (o.status = 'paid' AND c.state NOT IN ('used', 'restored')) OR (o.status = 'refunded' AND c.state <> 'restored')`)},
	{Invariant: 11, Name: "upgrade credit and its discount disagree", Q: db.Q("audit/credit_off", `SELECT 'order ' || o.no AS row FROM upgrade_credits c JOIN orders o ON o.id = c.order_id
		WHERE c.off_fen <> COALESCE((SELECT SUM(d.off_fen) FROM order_discounts d JOIN order_items i ON i.id = d.order_item_id WHERE i.order_id = c.order_id AND d.kind = 'upgrade' AND d.rule_id = c.from_item_id), 0)`)},
	{Invariant: 11, Name: "bound line without an upgrade", Q: db.Q("audit/credit_bound", `SELECT 'order item ' || CAST(i.id AS TEXT) AS row FROM order_items i
		WHERE (i.credited_fen > 0) <> (EXISTS (SELECT 1 FROM upgrade_credits c WHERE c.from_item_id = i.id AND c.state IN ('held', 'used')))`)},
	{Invariant: 11, Name: "order total is not the sum of its lines", Q: db.Q("audit/total", `SELECT 'order ' || o.no AS row FROM orders o JOIN order_items i ON i.order_id = o.id
		GROUP BY o.id, o.no, o.total_fen HAVING SUM(i.price_fen) <> o.total_fen`)},
	{Invariant: 11, Name: "refunded lines and order disagree", Q: db.Q("audit/refunded_sum", `SELECT 'order ' || o.no AS row FROM orders o JOIN order_items i ON i.order_id = o.id
		GROUP BY o.id, o.no, o.refunded_fen HAVING SUM(i.refunded_fen) < o.refunded_fen`)},
}

// Audit runs the invariants that speak of stored data and returns every row that
// breaks one.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
