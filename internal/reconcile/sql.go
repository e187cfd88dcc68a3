package reconcile

import "zhizhou/internal/db"

const (
	billColumns = `b.id, b.source, b.day, b.state, b.lines, b.trade_fen, b.refund_fen, b.fee_fen, b.net_fen, b.run, b.tries, b.last_error, b.try_at, b.done_at, b.settles_at, b.created_at`
	billCounts  = `(SELECT COUNT(*) FROM bill_lines l WHERE l.bill_id = b.id AND l.result = 'matched') AS matched,
		(SELECT COUNT(*) FROM bill_lines l WHERE l.bill_id = b.id AND l.result = 'missing_ours') AS missing_ours,
		(SELECT COUNT(*) FROM bill_lines l WHERE l.bill_id = b.id AND l.result = 'missing_theirs') AS missing_theirs,
		(SELECT COUNT(*) FROM bill_lines l WHERE l.bill_id = b.id AND l.result = 'amount_differs') AS amount_differs,
		(SELECT COUNT(*) FROM bill_lines l WHERE l.bill_id = b.id AND l.result = 'state_differs') AS state_differs,
		(SELECT COUNT(*) FROM bill_lines l WHERE l.bill_id = b.id AND l.result <> 'matched' AND l.resolution = '') AS open`
	lineColumns = `l.id, l.bill_id, l.source, b.day, l.kind, l.number, l.nth, l.result, l.in_bill, l.channel, l.payment_id, l.refund_id, l.out_trade_no, l.transaction_id,
		l.theirs_fen, l.ours_fen, l.theirs_state, l.ours_state, l.fee_fen, l.at, l.run, l.resolution, l.reason, l.note, l.resolved_at, l.resolved_by,
		COALESCE((SELECT s.name FROM staff s WHERE s.id = l.resolved_by), '') AS resolved_name,
		COALESCE((SELECT o.no FROM payments p JOIN orders o ON o.id = p.order_id WHERE p.out_trade_no = l.out_trade_no), '') AS order_no`

	// What came with a held payment stands on suspense: its row holds what was asked for.
	came = `CASE WHEN p.status = 'held' THEN COALESCE((SELECT SUM(x.credit_fen) FROM ledger_transactions t JOIN ledger_postings x ON x.transaction_id = t.id
		WHERE t.kind = 'suspense' AND t.ref_kind = 'payment' AND t.ref_id = p.id AND x.account = 'suspense'), 0) ELSE p.amount_fen END`
	tradeMine = `p.out_trade_no AS number, p.channel, p.id AS payment_id, 0 AS refund_id, p.out_trade_no, p.transaction_id, p.payer_openid, CAST(` + came + ` AS BIGINT) AS fen, p.status, p.paid_at AS at`

	// A refund that the channel made by itself is kept under the channel's number, in
	// parts when it concerns several lines of an order.
	refundNumber = `CASE WHEN r.idem_key LIKE 'c:%' THEN RTRIM(SUBSTR(r.idem_key, 3), '+') ELSE r.no END`
	refundMine   = `p.channel, p.id AS payment_id, MIN(r.id) AS refund_id, p.out_trade_no, p.transaction_id, p.payer_openid,
		CAST(SUM(r.amount_fen) AS BIGINT) AS fen, MIN(r.status) AS status, MAX(r.finished_at) AS at`
	refundGroup = `p.channel, p.id, p.out_trade_no, p.transaction_id, p.payer_openid`
)

var (
	qBillMake = db.Q("reconcile/bill_make", `INSERT INTO bills (id, source, day, state, settles_at, created_at) VALUES ($1, $2, $3, 'waiting', $4, $5) ON CONFLICT (source, day) DO NOTHING`)
	qBillLock = db.Q("reconcile/bill_lock", `SELECT `+billColumns+` FROM bills b WHERE b.source = $1 AND b.day = $2 /*for_update*/`)
	qBillByID = db.Q("reconcile/bill_by_id", `SELECT `+billColumns+`, `+billCounts+` FROM bills b WHERE b.id = $1`)
	qBills    = db.Q("reconcile/bills", `SELECT `+billColumns+`, `+billCounts+` FROM bills b
		WHERE ($1 = '' OR b.source = $1) AND (NOT $2 OR b.state <> 'done' OR EXISTS (SELECT 1 FROM bill_lines l WHERE l.bill_id = b.id AND l.result <> 'matched' AND l.resolution = ''))
		AND (CAST($3 AS BIGINT) = 0 OR b.day < $3 OR (b.day = $3 AND b.id < $4)) ORDER BY b.day DESC, b.id DESC LIMIT $5`)
	qBillDone = db.Q("reconcile/bill_done", `UPDATE bills SET state = 'done', lines = $2, trade_fen = $3, refund_fen = $4, fee_fen = $5, net_fen = $6, run = $7, tries = 0, last_error = '', try_at = 0, done_at = $8 WHERE id = $1`)
	qBillBad  = db.Q("reconcile/bill_bad", `UPDATE bills SET state = CASE WHEN state = 'done' THEN state ELSE $3 END, tries = tries + 1, last_error = $4, try_at = CASE WHEN state = 'done' THEN 0 ELSE $5 END WHERE source = $1 AND day = $2`)
	qBillsDue = db.Q("reconcile/bills_due", `SELECT day FROM bills WHERE source = $1 AND try_at > 0 AND try_at <= $2 ORDER BY day LIMIT 10`)
	qLastDay  = db.Q("reconcile/last_day", `SELECT CAST(COALESCE(MAX(day), 0) AS BIGINT) FROM bills WHERE source = $1`)

	qLineSave = db.Q("reconcile/line_save", `INSERT INTO bill_lines (id, bill_id, source, kind, number, nth, result, in_bill, channel, payment_id, refund_id, out_trade_no, transaction_id,
		theirs_fen, ours_fen, theirs_state, ours_state, fee_fen, at, run) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
		ON CONFLICT (bill_id, kind, number, nth) DO UPDATE SET result = excluded.result, in_bill = excluded.in_bill, channel = excluded.channel, payment_id = excluded.payment_id,
		refund_id = excluded.refund_id, out_trade_no = excluded.out_trade_no, transaction_id = excluded.transaction_id, theirs_fen = excluded.theirs_fen, ours_fen = excluded.ours_fen,
		theirs_state = excluded.theirs_state, ours_state = excluded.ours_state, fee_fen = excluded.fee_fen, at = excluded.at, run = excluded.run,
		resolution = CASE WHEN excluded.result = 'matched' OR (bill_lines.result = excluded.result AND bill_lines.theirs_fen = excluded.theirs_fen AND bill_lines.ours_fen = excluded.ours_fen
			AND bill_lines.theirs_state = excluded.theirs_state AND bill_lines.ours_state = excluded.ours_state) THEN bill_lines.resolution ELSE '' END`)
	qLinesStale = db.Q("reconcile/lines_stale", `DELETE FROM bill_lines WHERE bill_id = $1 AND run < $2`)
	qLinesFound = db.Q("reconcile/lines_found", `DELETE FROM bill_lines WHERE source = $1 AND result = 'missing_theirs' AND bill_id <> $2
		AND EXISTS (SELECT 1 FROM bill_lines x WHERE x.bill_id = $2 AND x.in_bill AND x.kind = bill_lines.kind AND x.number = bill_lines.number)`)
	qLines = db.Q("reconcile/lines", `SELECT `+lineColumns+` FROM bill_lines l JOIN bills b ON b.id = l.bill_id
		WHERE (CAST($1 AS BIGINT) = 0 OR l.bill_id = $1) AND ($2 = '' OR l.result = $2) AND (l.result <> 'matched' OR $2 = 'matched') AND (NOT $3 OR l.resolution = '')
		AND (CAST($4 AS BIGINT) = 0 OR l.id < $4) ORDER BY l.id DESC LIMIT $5`)
	qOpen     = db.Q("reconcile/open", `SELECT COUNT(*) FROM bill_lines WHERE result <> 'matched' AND resolution = ''`)
	qLine     = db.Q("reconcile/line", `SELECT `+lineColumns+` FROM bill_lines l JOIN bills b ON b.id = l.bill_id WHERE l.id = $1`)
	qLineDone = db.Q("reconcile/line_done", `UPDATE bill_lines SET result = $2, channel = $3, payment_id = $4, refund_id = $5, ours_fen = $6, ours_state = $7, resolution = $8, reason = $9, note = $10,
		resolved_at = $11, resolved_by = $12 WHERE id = $1 AND result <> 'matched' AND resolution = ''`)

	qTrade  = db.Q("reconcile/trade", `SELECT `+tradeMine+` FROM payments p WHERE p.out_trade_no = $1`)
	qTrades = db.Q("reconcile/trades", `SELECT `+tradeMine+` FROM payments p WHERE p.paid_at >= $1 AND p.paid_at < $2 AND p.status IN ('paid', 'held') AND p.channel IN ($3, $4, $5, $6, $7)
		AND NOT EXISTS (SELECT 1 FROM bill_lines l WHERE l.source = $8 AND l.kind = 'trade' AND l.number = p.out_trade_no AND l.in_bill AND l.bill_id <> $9) ORDER BY p.id`)
	qRefund = db.Q("reconcile/refund", `SELECT CAST($1 AS TEXT) AS number, `+refundMine+` FROM refunds r JOIN payments p ON p.id = r.payment_id
		WHERE (r.no = $1 OR (p.out_trade_no = $2 AND (RTRIM(r.idem_key, '+') = 'c:' || $1 OR r.channel_refund_id = $1))) GROUP BY `+refundGroup)
	qRefunds = db.Q("reconcile/refunds", `SELECT x.* FROM (SELECT `+refundNumber+` AS number, `+refundMine+` FROM refunds r JOIN payments p ON p.id = r.payment_id
		WHERE r.finished_at >= $1 AND r.finished_at < $2 AND r.status = 'succeeded' AND p.channel IN ($3, $4, $5, $6, $7) GROUP BY `+refundNumber+`, `+refundGroup+`) x
		WHERE NOT EXISTS (SELECT 1 FROM bill_lines l WHERE l.source = $8 AND l.kind = 'refund' AND l.number = x.number AND l.in_bill AND l.bill_id <> $9) ORDER BY x.refund_id`)

	qFees    = db.Q("reconcile/fees", `SELECT channel, CAST(SUM(fee_fen) AS BIGINT) AS fee_fen FROM bill_fees WHERE bill_id = $1 GROUP BY channel`)
	qFeeMake = db.Q("reconcile/fee_make", `INSERT INTO bill_fees (id, bill_id, channel, fee_fen, at) VALUES ($1, $2, $3, $4, $5)`)
)
