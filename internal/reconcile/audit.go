package reconcile

import (
	"context"

	"zhizhou/internal/db"
)

// The audits of what is stored; each returns one text column naming the row.
var checks = []db.Check{
	{Invariant: 15, Name: "bill and its lines disagree", Q: db.Q("reconcile/audit_lines", `SELECT 'bill ' || b.source || ' ' || CAST(b.day AS TEXT) AS row FROM bills b WHERE b.state = 'done' AND
		b.lines <> (SELECT COUNT(*) FROM bill_lines l WHERE l.bill_id = b.id AND l.in_bill)`)},
	{Invariant: 15, Name: "matched payment that is not paid", Q: db.Q("reconcile/audit_trades", `SELECT 'bill line ' || l.number AS row FROM bill_lines l WHERE l.result = 'matched' AND l.kind = 'trade' AND l.theirs_state = 'done'
		AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.out_trade_no = l.number AND p.status IN ('paid', 'held'))`)},
	{Invariant: 15, Name: "matched refund that did not succeed", Q: db.Q("reconcile/audit_refunds", `SELECT 'bill line ' || l.number AS row FROM bill_lines l WHERE l.result = 'matched' AND l.kind = 'refund' AND l.theirs_state = 'done'
		AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.id = l.refund_id AND r.status = 'succeeded')`)},
	{Invariant: 16, Name: "bill is not gross = fee + net", Q: db.Q("reconcile/audit_net", `SELECT 'bill ' || b.source || ' ' || CAST(b.day AS TEXT) AS row FROM bills b WHERE b.state = 'done' AND (
		b.fee_fen <> (SELECT COALESCE(SUM(l.fee_fen), 0) FROM bill_lines l WHERE l.bill_id = b.id AND l.in_bill) OR
		b.net_fen + b.fee_fen <> (SELECT COALESCE(SUM(CASE WHEN l.theirs_state = 'failed' THEN 0 WHEN l.kind = 'trade' THEN l.theirs_fen ELSE -l.theirs_fen END), 0) FROM bill_lines l WHERE l.bill_id = b.id AND l.in_bill))`)},
	{Invariant: 16, Name: "fee booked is not the bill's", Q: db.Q("reconcile/audit_fees", `SELECT 'bill ' || b.source || ' ' || CAST(b.day AS TEXT) AS row FROM bills b
		WHERE b.fee_fen <> (SELECT COALESCE(SUM(f.fee_fen), 0) FROM bill_fees f WHERE f.bill_id = b.id)`)},
	{Invariant: 16, Name: "payout and its ledger entries disagree", Q: db.Q("reconcile/audit_payouts", `SELECT 'payout ' || CAST(p.id AS TEXT) AS row FROM payouts p
		WHERE CASE WHEN p.state = 'booked' THEN p.amount_fen ELSE 0 END <> (SELECT COALESCE(SUM(l.debit_fen - l.credit_fen), 0) FROM ledger_transactions t JOIN ledger_postings l ON l.transaction_id = t.id
			WHERE t.ref_kind = 'payout' AND t.ref_id = p.id AND l.account = 'bank')`)},
	{Invariant: 16, Name: "payouts of an account and their total disagree", Q: db.Q("reconcile/audit_payout_totals", `SELECT 'payouts of ' || t.source AS row FROM payout_totals t
		WHERE t.paid_fen <> (SELECT COALESCE(SUM(p.amount_fen), 0) FROM payouts p WHERE p.source = t.source AND p.state = 'booked')`)},
	{Invariant: 16, Name: "fee without its ledger entry", Q: db.Q("reconcile/audit_ledger", `SELECT 'bill fee ' || CAST(f.id AS TEXT) AS row FROM bill_fees f WHERE f.fee_fen <>
		(SELECT COALESCE(SUM(l.debit_fen - l.credit_fen), 0) FROM ledger_transactions t JOIN ledger_postings l ON l.transaction_id = t.id
			WHERE t.kind = 'fee' AND t.ref_kind = 'bill_fee' AND t.ref_id = f.id AND l.account = 'fee:' || f.channel)`)},
	{Invariant: 45, Name: "unknown money booked is not the bill's", Q: db.Q("reconcile/audit_unknown", `SELECT 'bill line ' || b.number AS row FROM ledger_transactions t JOIN ledger_postings l ON l.transaction_id = t.id AND l.account = 'suspense'
		JOIN bill_lines b ON b.id = t.ref_id WHERE t.kind = 'unknown' AND t.ref_kind = 'bill_line' AND l.credit_fen - l.debit_fen <> CASE b.kind WHEN 'trade' THEN b.theirs_fen ELSE -b.theirs_fen END`)},
}

// Audit runs the invariants that speak of bills and returns every row that breaks
// one.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
