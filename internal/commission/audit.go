package commission

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 29, Name: "commission of a line exceeds its cap", Q: db.Q("commission/audit_cap", `SELECT 'order item ' || CAST(e.order_item_id AS TEXT) AS row FROM commission_entries e JOIN commission_terms t ON t.version = e.terms_version
		GROUP BY e.order_item_id HAVING SUM(e.amount_fen) * 10000 > MAX(e.base_fen) * MAX(t.cap_bps) OR SUM(e.amount_fen) >= MAX(e.base_fen)`)},
	{Invariant: 29, Name: "commission on money that was not paid", Q: db.Q("commission/audit_base", `SELECT 'entry ' || CAST(e.id AS TEXT) AS row FROM commission_entries e JOIN order_items i ON i.id = e.order_item_id JOIN orders o ON o.id = e.order_id
		WHERE e.base_fen <> i.price_fen OR o.status NOT IN ('paid', 'refunded')`)},
	{Invariant: 29, Name: "commission on one's own purchase", Q: db.Q("commission/audit_self", `SELECT 'entry ' || CAST(id AS TEXT) AS row FROM commission_entries WHERE user_id = buyer_id AND reversed_fen < amount_fen`)},
	{Invariant: 30, Name: "entry and its reversals disagree", Q: db.Q("commission/audit_reversed", `SELECT 'entry ' || CAST(e.id AS TEXT) AS row FROM commission_entries e
		WHERE e.reversed_fen <> COALESCE((SELECT SUM(r.amount_fen) FROM commission_reversals r WHERE r.entry_id = e.id), 0)
		OR e.refunded_fen <> COALESCE((SELECT SUM(r.base_fen) FROM commission_reversals r WHERE r.entry_id = e.id), 0) OR (e.refunded_fen = e.base_fen AND e.reversed_fen <> e.amount_fen)`)},
	{Invariant: 30, Name: "refund without its reversal", Q: db.Q("commission/audit_unreversed", `SELECT 'refund ' || r.no AS row FROM refunds r JOIN commission_entries e ON e.order_item_id = r.order_item_id
		WHERE r.status = 'succeeded' AND e.refunded_fen < e.base_fen AND NOT EXISTS (SELECT 1 FROM commission_reversals x WHERE x.entry_id = e.id AND x.refund_id = r.id)`)},
	{Invariant: 31, Name: "account and its moves disagree", Q: db.Q("commission/audit_moves", `SELECT 'user ' || CAST(a.user_id AS TEXT) AS row FROM commission_accounts a LEFT JOIN commission_moves m ON m.user_id = a.user_id
		GROUP BY a.user_id, a.held_fen, a.available_fen, a.frozen_fen, a.withdrawn_fen, a.earned_fen, a.reversed_fen
		HAVING a.held_fen <> COALESCE(SUM(m.held_fen), 0) OR a.available_fen <> COALESCE(SUM(m.available_fen), 0) OR a.frozen_fen <> COALESCE(SUM(m.frozen_fen), 0)
		OR a.withdrawn_fen <> COALESCE(SUM(m.withdrawn_fen), 0) OR a.earned_fen <> COALESCE(SUM(m.earned_fen), 0) OR a.reversed_fen <> COALESCE(SUM(m.reversed_fen), 0)
		OR a.held_fen + a.available_fen + a.frozen_fen + a.withdrawn_fen <> a.earned_fen - a.reversed_fen`)},
	{Invariant: 31, Name: "account and its entries and rewards disagree", Q: db.Q("commission/audit_entries", `SELECT 'user ' || CAST(a.user_id AS TEXT) AS row FROM commission_accounts a
		WHERE a.earned_fen <> COALESCE((SELECT SUM(e.amount_fen) FROM commission_entries e WHERE e.user_id = a.user_id), 0)
			+ COALESCE((SELECT SUM(p.amount_fen) FROM partner_places p WHERE p.user_id = a.user_id AND p.state IN ('paid', 'reversed')), 0)
		OR a.reversed_fen <> COALESCE((SELECT SUM(e.reversed_fen) FROM commission_entries e WHERE e.user_id = a.user_id), 0)
			+ COALESCE((SELECT SUM(p.amount_fen) FROM partner_places p WHERE p.user_id = a.user_id AND p.state = 'reversed'), 0)
		OR a.held_fen <> COALESCE((SELECT SUM(e.amount_fen - e.reversed_fen) FROM commission_entries e WHERE e.user_id = a.user_id AND e.state = 'held'), 0)`)},
	{Invariant: 31, Name: "account and its withdrawals disagree", Q: db.Q("commission/audit_withdrawals", `SELECT 'user ' || CAST(a.user_id AS TEXT) AS row FROM commission_accounts a
		WHERE a.frozen_fen <> COALESCE((SELECT SUM(w.amount_fen) FROM withdrawals w WHERE w.user_id = a.user_id AND w.status IN ('requested', 'approved', 'sending', 'wait_confirm')), 0)
		OR a.withdrawn_fen <> COALESCE((SELECT SUM(w.amount_fen) FROM withdrawals w WHERE w.user_id = a.user_id AND w.status = 'succeeded'), 0)`)},
	{Invariant: 31, Name: "account of a merged user", Q: db.Q("commission/audit_merged", `SELECT 'user ' || CAST(a.user_id AS TEXT) AS row FROM commission_accounts a JOIN users u ON u.id = a.user_id
		WHERE u.merged_into > 0 AND (a.held_fen <> 0 OR a.available_fen <> 0 OR a.frozen_fen <> 0 OR a.withdrawn_fen <> 0)`)},
	{Invariant: 31, Name: "accounts and the ledger disagree", Q: db.Q("commission/audit_ledger", `SELECT x.account || ' ' || CAST(x.fen AS TEXT) AS row FROM (
		SELECT 'commission_held' AS account, COALESCE(SUM(held_fen), 0) AS fen FROM commission_accounts UNION ALL SELECT 'commission_payable', COALESCE(SUM(available_fen), 0) FROM commission_accounts
		UNION ALL SELECT 'payout', COALESCE(SUM(frozen_fen), 0) FROM commission_accounts UNION ALL SELECT 'paid_out:wechatpay', COALESCE(SUM(withdrawn_fen), 0) FROM commission_accounts
		UNION ALL SELECT 'commission', COALESCE(SUM(reversed_fen - amount_fen), 0) FROM commission_entries UNION ALL SELECT 'reward', -COALESCE(SUM(amount_fen), 0) FROM partner_places WHERE state = 'paid') x
		WHERE x.fen <> (SELECT COALESCE(SUM(p.credit_fen - p.debit_fen), 0) FROM ledger_postings p WHERE p.account = x.account)`)},
	{Invariant: 32, Name: "withdrawal and its moves disagree", Q: db.Q("commission/audit_payout", `SELECT 'withdrawal ' || w.no AS row FROM withdrawals w
		WHERE (SELECT COUNT(*) FROM commission_moves m WHERE m.kind = 'freeze' AND m.ref_id = w.id) <> 1
		OR (SELECT COUNT(*) FROM commission_moves m WHERE m.kind IN ('pay', 'pay_late') AND m.ref_id = w.id) <> CASE WHEN w.status = 'succeeded' THEN 1 ELSE 0 END
		OR (w.status IN ('rejected', 'failed', 'cancelled', 'expired') AND NOT EXISTS (SELECT 1 FROM commission_moves m WHERE m.kind = 'thaw' AND m.ref_id = w.id))
		OR (w.status IN ('requested', 'approved', 'sending', 'wait_confirm') AND EXISTS (SELECT 1 FROM commission_moves m WHERE m.kind = 'thaw' AND m.ref_id = w.id))`)},
}

// Audit returns every row that breaks one of INV-29 to INV-32.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
