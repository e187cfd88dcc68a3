package invoice

import (
	"strings"

	"zhizhou/internal/db"
)

const (
	titleColumns   = `id, user_id, kind, sealed, is_default, created_at, updated_at`
	invoiceColumns = `id, no, user_id, input_hash, type, title_kind, buyer, status, issuer, amount_fen, tax_fen, number, reason, requested_at, issued_at, closed_at, decided_by, check_at, checks, last_error, mail_state, mail_at, mail_tries`
	redColumns     = `id, no, invoice_id, refund_id, reason, note, state, number, requested_at, requested_by, issued_at`
	fileColumns    = `invoice_id, red, kind, blob_key, bytes, sha256, created_at`
)

// of puts a table's alias before each column of a list.
func of(alias, columns string) string {
	return alias + "." + strings.ReplaceAll(columns, ", ", ", "+alias+".")
}

var (
	qTitles       = db.Q("invoice/titles", `SELECT `+titleColumns+` FROM invoice_titles WHERE user_id = $1 AND deleted_at = 0 ORDER BY is_default DESC, id DESC`)
	qTitle        = db.Q("invoice/title", `SELECT `+titleColumns+` FROM invoice_titles WHERE id = $1 AND user_id = $2 AND deleted_at = 0`)
	qTitleCount   = db.Q("invoice/title_count", `SELECT COUNT(*) FROM invoice_titles WHERE user_id = $1 AND deleted_at = 0`)
	qTitleInsert  = db.Q("invoice/title_insert", `INSERT INTO invoice_titles (id, user_id, kind, sealed, is_default, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)`)
	qTitleUpdate  = db.Q("invoice/title_update", `UPDATE invoice_titles SET kind = $3, sealed = $4, is_default = $5, updated_at = $6 WHERE id = $1 AND user_id = $2 AND deleted_at = 0`)
	qTitlePlain   = db.Q("invoice/title_plain", `UPDATE invoice_titles SET is_default = FALSE WHERE user_id = $1 AND is_default`)
	qTitleDelete  = db.Q("invoice/title_delete", `UPDATE invoice_titles SET deleted_at = $3, is_default = FALSE WHERE id = $1 AND user_id = $2 AND deleted_at = 0`)
	qTitlesMerge  = db.Q("invoice/titles_merge", `UPDATE invoice_titles SET user_id = $2, is_default = FALSE WHERE user_id = $1`)
	qInvoiceMerge = db.Q("invoice/merge", `UPDATE invoices SET user_id = $2 WHERE user_id = $1`)

	qOrders = db.Q("invoice/orders", `SELECT id, no, status, platform, paid_at, paid_fen, delivered_at FROM orders WHERE user_id = $1 AND status IN ('paid', 'refunded') AND paid_fen > 0
		AND (CAST($2 AS BIGINT) = 0 OR id < $2) AND ($3 = '' OR no = $3) ORDER BY id DESC LIMIT $4`)
	qOrderLock = db.Q("invoice/order_lock", `SELECT id, no, status, platform, paid_at, paid_fen, delivered_at FROM orders WHERE user_id = $1 AND no = $2 /*for_update*/`)
	// What goes back or may yet go back is not invoiced, decided or not.
	qParts = db.Q("invoice/parts", `SELECT i.id, i.order_id, i.title, i.sku_name, i.price_fen, i.tax_category, i.tax_rate_bps, i.tax_code,
		CAST(COALESCE((SELECT SUM(r.amount_fen) FROM refunds r WHERE r.order_id = i.order_id AND r.order_item_id = i.id AND r.status <> 'rejected'), 0) AS BIGINT) AS back_fen,
		COALESCE((SELECT v.no FROM invoice_lines l JOIN invoices v ON v.id = l.invoice_id WHERE l.order_item_id = i.id AND l.live), '') AS invoice_no,
		COALESCE((SELECT v.status FROM invoice_lines l JOIN invoices v ON v.id = l.invoice_id WHERE l.order_item_id = i.id AND l.live), '') AS invoice_status
		FROM order_items i JOIN orders o ON o.id = i.order_id WHERE o.user_id = $1 AND o.id BETWEEN $2 AND $3 AND i.price_fen > 0
		AND (NOT o.deposit OR EXISTS (SELECT 1 FROM revenue_schedules s WHERE s.order_item_id = i.id AND s.earned_fen > 0)) ORDER BY i.id`)

	qByKey = db.Q("invoice/by_key", `SELECT `+invoiceColumns+` FROM invoices WHERE user_id = $1 AND idem_key = $2`)
	qByNo  = db.Q("invoice/by_no", `SELECT `+invoiceColumns+` FROM invoices WHERE no = $1 AND user_id = $2`)
	qByID  = db.Q("invoice/by_id", `SELECT `+invoiceColumns+` FROM invoices WHERE id = $1`)
	qMine  = db.Q("invoice/mine", `SELECT `+invoiceColumns+` FROM invoices WHERE user_id = $1 AND (CAST($2 AS BIGINT) = 0 OR id < $2) ORDER BY id DESC LIMIT $3`)
	qQueue = db.Q("invoice/queue", `SELECT `+of("v", invoiceColumns)+`, u.nickname FROM invoices v JOIN users u ON u.id = v.user_id WHERE ($1 = '' OR v.status = $1)
		AND (CAST($2 AS BIGINT) = 0 OR v.id < $2) AND ($3 = '' OR v.no = $3 OR v.number = $3 OR EXISTS (SELECT 1 FROM invoice_lines l JOIN orders o ON o.id = l.order_id WHERE l.invoice_id = v.id AND o.no = $3))
		ORDER BY v.id DESC LIMIT $4`)
	qLines = db.Q("invoice/lines", `SELECT l.id, l.invoice_id, l.order_id, l.order_item_id, o.no AS order_no, l.title, l.amount_fen, l.tax_code, l.rate_bps, l.tax_fen, l.live
		FROM invoice_lines l JOIN orders o ON o.id = l.order_id WHERE l.invoice_id = $1 ORDER BY l.id`)
	qInsert = db.Q("invoice/insert", `INSERT INTO invoices (id, no, user_id, idem_key, input_hash, type, title_kind, buyer, status, amount_fen, tax_fen, requested_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'requested', $9, $10, $11) ON CONFLICT (user_id, idem_key) DO NOTHING`)
	qLineInsert = db.Q("invoice/line_insert", `INSERT INTO invoice_lines (id, invoice_id, order_id, order_item_id, title, amount_fen, tax_code, rate_bps, tax_fen)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`)
	qLinesEnd = db.Q("invoice/lines_end", `UPDATE invoice_lines SET live = FALSE WHERE invoice_id = $1`)

	qCancel = db.Q("invoice/cancel", `UPDATE invoices SET status = 'cancelled', closed_at = $3 WHERE no = $1 AND user_id = $2 AND status = 'requested'`)
	qTake   = db.Q("invoice/take", `UPDATE invoices SET status = 'issuing', issuer = $2, check_at = $3, checks = 0, decided_by = $4, last_error = '' WHERE id = $1 AND status = 'requested'
		AND ($2 = 'manual' OR issuer = '')`)
	// A vendor that is at it must not be overtaken by hand: there would be two.
	qIssued = db.Q("invoice/issued", `UPDATE invoices SET status = 'issued', issuer = $2, number = $3, issued_at = $4, check_at = 0, last_error = '', mail_state = $5, mail_at = $4, mail_tries = 0,
		decided_by = CASE WHEN CAST($6 AS BIGINT) = 0 THEN decided_by ELSE CAST($6 AS BIGINT) END
		WHERE id = $1 AND ((status = 'requested' AND $2 = 'manual') OR (status = 'issuing' AND issuer = $2))`)
	qReject = db.Q("invoice/reject", `UPDATE invoices SET status = 'rejected', reason = $2, closed_at = $3, check_at = 0, decided_by = $4, mail_state = $5, mail_at = $3, mail_tries = 0
		WHERE id = $1 AND status IN ('requested', 'issuing') AND (issuer IN ('', 'manual') OR status = 'requested')`)
	qHandBack  = db.Q("invoice/hand_back", `UPDATE invoices SET status = 'requested', issuer = 'manual', check_at = 0, last_error = $2 WHERE id = $1 AND status = 'issuing' AND issuer NOT IN ('', 'manual')`)
	qRedByHand = db.Q("invoice/red_by_hand", `UPDATE invoices SET issuer = 'manual', check_at = 0, last_error = $2 WHERE id = $1 AND status = 'red_requested' AND issuer NOT IN ('', 'manual')`)
	qLater     = db.Q("invoice/later", `UPDATE invoices SET check_at = $2, checks = checks + 1, last_error = $3 WHERE id = $1 AND status IN ('issuing', 'red_requested') AND issuer NOT IN ('', 'manual')`)
	qRedWait   = db.Q("invoice/red_wait", `UPDATE invoices SET status = 'red_requested', checks = 0, last_error = '', check_at = CASE WHEN issuer NOT IN ('', 'manual') THEN CAST($2 AS BIGINT) ELSE 0 END WHERE id = $1 AND status = 'issued'`)
	qRedIssued = db.Q("invoice/red_issued", `UPDATE invoices SET status = 'red_issued', closed_at = $2, check_at = 0, last_error = '', mail_state = $3, mail_at = $2, mail_tries = 0 WHERE id = $1 AND status = 'red_requested' AND issuer = $4`)
	qRefunded  = db.Q("invoice/refunded", `SELECT `+invoiceColumns+` FROM invoices WHERE id = (SELECT l.invoice_id FROM invoice_lines l WHERE l.order_item_id = $1 AND l.live) /*for_update*/`)
	qLineKept  = db.Q("invoice/line_kept", `SELECT l.amount_fen AS invoiced_fen, CAST(i.price_fen - COALESCE((SELECT SUM(r.amount_fen) FROM refunds r WHERE r.order_id = i.order_id AND r.order_item_id = i.id AND r.status = 'succeeded'), 0) AS BIGINT) AS kept_fen
		FROM invoice_lines l JOIN order_items i ON i.id = l.order_item_id WHERE l.order_item_id = $1 AND l.live`)
	qRedInsert  = db.Q("invoice/red_insert", `INSERT INTO red_invoices (id, no, invoice_id, refund_id, reason, note, state, requested_at, requested_by) VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, $8) ON CONFLICT DO NOTHING`)
	qRed        = db.Q("invoice/red", `SELECT `+redColumns+` FROM red_invoices WHERE invoice_id = $1 AND state <> 'dropped'`)
	qRedNumber  = db.Q("invoice/red_number", `UPDATE red_invoices SET state = 'issued', number = $2, issued_at = $3, issued_by = $4 WHERE invoice_id = $1 AND state = 'queued'`)
	qRedDrop    = db.Q("invoice/red_drop", `UPDATE red_invoices SET state = 'dropped' WHERE invoice_id = $1 AND state = 'queued'`)
	qFiles      = db.Q("invoice/files", `SELECT `+fileColumns+` FROM invoice_files WHERE invoice_id = $1 ORDER BY red, kind`)
	qFileInsert = db.Q("invoice/file_insert", `INSERT INTO invoice_files (`+fileColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`)

	qUntaken  = db.Q("invoice/untaken", `SELECT id FROM invoices WHERE status = 'requested' AND issuer = '' ORDER BY id LIMIT 50`)
	qDue      = db.Q("invoice/due", `SELECT id FROM invoices WHERE check_at > 0 AND check_at <= $1 AND status IN ('issuing', 'red_requested') AND issuer NOT IN ('', 'manual') ORDER BY check_at LIMIT 100`)
	qMails    = db.Q("invoice/mails", `SELECT id FROM invoices WHERE mail_state = 'waiting' AND mail_at <= $1 ORDER BY mail_at LIMIT 50`)
	qMailDone = db.Q("invoice/mail_done", `UPDATE invoices SET mail_state = $3, mail_at = $4, mail_tries = mail_tries + 1 WHERE id = $1 AND status = $2 AND mail_state = 'waiting'`)

	qCounts = db.Q("invoice/counts", `SELECT status, COUNT(*) AS n FROM invoices WHERE status IN ('requested', 'issuing', 'red_requested') GROUP BY status`)
	qExport = db.Q("invoice/export", `SELECT `+of("v", invoiceColumns)+`, COALESCE((SELECT r.number FROM red_invoices r WHERE r.invoice_id = v.id AND r.state = 'issued'), '') AS red_number
		FROM invoices v WHERE v.issued_at >= $1 AND v.issued_at < $2 AND v.issued_at > 0 AND v.id > $3 ORDER BY v.id LIMIT 500`)
	qIssuedN = db.Q("invoice/issued_n", `SELECT COUNT(*) FROM invoices WHERE issued_at >= $1 AND issued_at < $2 AND issued_at > 0`)
	// An invoice counts when it was issued, its red letter against it when that was.
	qTaxSums = db.Q("invoice/tax_sums", `SELECT x.rate_bps, CAST(SUM(x.lines) AS BIGINT) AS lines, CAST(SUM(x.amount_fen) AS BIGINT) AS amount_fen, CAST(SUM(x.tax_fen) AS BIGINT) AS tax_fen,
		CAST(SUM(x.red_fen) AS BIGINT) AS red_fen, CAST(SUM(x.red_tax_fen) AS BIGINT) AS red_tax_fen FROM (
		SELECT l.rate_bps, 1 AS lines, l.amount_fen, l.tax_fen, 0 AS red_fen, 0 AS red_tax_fen FROM invoices v JOIN invoice_lines l ON l.invoice_id = v.id WHERE v.issued_at >= $1 AND v.issued_at < $2 AND v.issued_at > 0
		UNION ALL SELECT l.rate_bps, 0, 0, 0, l.amount_fen, l.tax_fen FROM red_invoices r JOIN invoice_lines l ON l.invoice_id = r.invoice_id WHERE r.issued_at >= $1 AND r.issued_at < $2 AND r.state = 'issued') x
		GROUP BY x.rate_bps ORDER BY x.rate_bps`)
)
