package commerce

import (
	"strings"

	"zhizhou/internal/db"
)

const (
	orderColumns   = `id, no, user_id, idem_key, input_hash, status, platform, list_fen, total_fen, gift, auto, deposit, book_rule, group_id, delivered_at, paid_fen, refunded_fen, quote, terms_at, created_at, expires_at, paid_at, closed_at`
	itemColumns    = `id, order_id, sku_id, product_id, kind, course_id, title, sku_name, quantity, list_fen, discount_fen, price_fen, period_days, period_months, until_at, tax_category, tax_rate_bps, refund_days, refund_max_watched_percent, refunded_fen, credited_fen`
	paymentColumns = `id, order_id, channel, out_trade_no, amount_fen, mch_id, app_id, payer_openid, status, outcome, transaction_id, note, created_at, expires_at, paid_at, check_at, checks`
	refundColumns  = `id, no, order_id, order_item_id, payment_id, user_id, cause, amount_fen, ends_access, reason, reply, status, watched_percent, delivered_percent, requested_at, decided_at, decided_by, first_by, finished_at, channel_refund_id, check_at, checks, last_error`
)

// A line as a page shows it: with its course's picture, and how its service stands.
const (
	itemShown = `CASE WHEN COALESCE(p.cover, '') <> '' THEN p.cover ELSE COALESCE(c.cover, '') END AS cover, CASE WHEN COALESCE(p.scene, '') <> '' THEN p.scene ELSE COALESCE(c.scene, '') END AS scene, COALESCE(d.state, '') AS service_state, COALESCE(d.note, '') AS service_note, COALESCE(d.given_at, 0) AS service_given_at, COALESCE(d.done_at, 0) AS service_done_at`
	itemJoins = ` LEFT JOIN products p ON p.id = i.product_id LEFT JOIN courses c ON c.id = i.course_id LEFT JOIN service_deliveries d ON d.order_item_id = i.id`
	itemPlain = `'' AS cover, '' AS scene, '' AS service_state, '' AS service_note, 0 AS service_given_at, 0 AS service_done_at`
)

// of puts a table's alias before each column of a list.
func of(alias, columns string) string {
	return alias + "." + strings.ReplaceAll(columns, ", ", ", "+alias+".")
}

var (
	qOrder         = db.Q("commerce/order", `SELECT `+orderColumns+` FROM orders WHERE no = $1`)
	qOrderByID     = db.Q("commerce/order_by_id", `SELECT `+orderColumns+` FROM orders WHERE id = $1`)
	qOrderLock     = db.Q("commerce/order_lock", `SELECT `+orderColumns+` FROM orders WHERE id = $1 /*for_update*/`)
	qOrderLockByNo = db.Q("commerce/order_lock_by_no", `SELECT `+orderColumns+` FROM orders WHERE id = (SELECT order_id FROM payments WHERE out_trade_no = $1) /*for_update*/`)
	qOrderByKey    = db.Q("commerce/order_by_key", `SELECT `+orderColumns+` FROM orders WHERE user_id = $1 AND idem_key = $2`)
	// The CASE keeps the planner on the buyer's own rows: asked for pending ones, a young
	// PostgreSQL walks all that are pending.
	qOrdersOpen      = db.Q("commerce/orders_open", `SELECT `+orderColumns+` FROM orders WHERE user_id = $1 AND platform = $2 AND NOT auto AND CASE WHEN status = 'pending' THEN expires_at ELSE 0 END > $3`)
	qOrderPendingFor = db.Q("commerce/order_pending_for", `SELECT o.no FROM orders o JOIN order_items i ON i.order_id = o.id WHERE o.user_id = $1 AND o.status = 'pending'
		AND i.course_id = $2 AND o.expires_at > $3 ORDER BY o.id DESC LIMIT 1`)
	qOrdersOf    = db.Q("commerce/orders_of", `SELECT `+orderColumns+` FROM orders WHERE user_id = $1 AND (CAST($2 AS BIGINT) = 0 OR id < $2) ORDER BY id DESC LIMIT $3`)
	qOrdersDue   = db.Q("commerce/orders_due", `SELECT id FROM orders WHERE status = 'pending' AND expires_at <= $1 ORDER BY expires_at LIMIT 200`)
	qOrderInsert = db.Q("commerce/order_insert", `INSERT INTO orders (id, no, user_id, idem_key, input_hash, status, platform, list_fen, total_fen, gift, quote, terms_at, created_at, expires_at, book_rule, deposit)
		VALUES ($1, $2, $3, $4, $5, 'pending', $6, $7, $8, $9, $10, $11, $11, $12, $13, $14) ON CONFLICT (user_id, idem_key) DO NOTHING`)
	qOrderPaid      = db.Q("commerce/order_paid", `UPDATE orders SET status = 'paid', paid_fen = $2, paid_at = $3, delivered_at = $4 WHERE id = $1 AND status = 'pending'`)
	qOrderDelivered = db.Q("commerce/order_delivered", `UPDATE orders SET delivered_at = $2 WHERE id = $1 AND status = 'paid' AND delivered_at = 0`)
	qOrderClose     = db.Q("commerce/order_close", `UPDATE orders SET status = 'closed', closed_at = $2 WHERE id = $1 AND status = 'pending'
		AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.order_id = $1 AND p.status = 'created')`)
	qOrderRefunded = db.Q("commerce/order_refunded", `UPDATE orders SET refunded_fen = refunded_fen + $2,
		status = CASE WHEN refunded_fen + $2 = paid_fen THEN 'refunded' ELSE status END WHERE id = $1 AND status = 'paid' AND refunded_fen + $2 <= paid_fen`)
	// A key that both accounts used once keeps being the other one's.
	qOrderMerge = db.Q("commerce/order_merge", `UPDATE orders SET user_id = $2, idem_key = CASE WHEN EXISTS (SELECT 1 FROM orders o WHERE o.user_id = $2 AND o.idem_key = orders.idem_key)
		THEN 'merged:' || CAST(id AS TEXT) ELSE idem_key END WHERE user_id = $1`)

	qItems      = db.Q("commerce/items", `SELECT `+of("i", itemColumns)+`, `+itemShown+` FROM order_items i`+itemJoins+` WHERE i.order_id = $1 ORDER BY i.id`)
	qItemsPlain = db.Q("commerce/items_plain", `SELECT `+itemColumns+`, `+itemPlain+` FROM order_items WHERE order_id = $1 ORDER BY id`)
	qItemsOf    = db.Q("commerce/items_of", `SELECT `+of("i", itemColumns)+`, `+itemShown+` FROM order_items i JOIN orders o ON o.id = i.order_id`+itemJoins+` WHERE o.user_id = $1 AND o.id BETWEEN $2 AND $3 ORDER BY i.id`)
	qStatesIn   = db.Q("commerce/states_in", `SELECT o.id, `+orderState+` AS state FROM orders o WHERE o.user_id = $1 AND o.id BETWEEN $2 AND $3`)
	qRefundsIn  = db.Q("commerce/refunds_in", `SELECT `+of("r", refundColumns)+` FROM refunds r JOIN orders o ON o.id = r.order_id WHERE o.user_id = $1 AND o.id BETWEEN $2 AND $3 ORDER BY r.id`)
	qItemInsert = db.Q("commerce/item_insert", `INSERT INTO order_items (id, order_id, sku_id, product_id, kind, course_id, title, sku_name, quantity, list_fen, discount_fen, price_fen,
		period_days, period_months, until_at, tax_category, refund_days, refund_max_watched_percent, tax_rate_bps, tax_code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`)
	qDiscountInsert = db.Q("commerce/discount_insert", `INSERT INTO order_discounts (order_item_id, kind, rule_id, off_fen) VALUES ($1, $2, $3, $4)`)
	qItemRefund     = db.Q("commerce/item_refund", `UPDATE order_items SET refunded_fen = refunded_fen + $2 WHERE id = $1 AND refunded_fen + credited_fen + $2 <= price_fen`)

	qPayments        = db.Q("commerce/payments", `SELECT `+paymentColumns+` FROM payments WHERE order_id = $1 ORDER BY id`)
	qPayment         = db.Q("commerce/payment", `SELECT `+paymentColumns+` FROM payments WHERE id = $1`)
	qPaymentByNo     = db.Q("commerce/payment_by_no", `SELECT `+paymentColumns+` FROM payments WHERE out_trade_no = $1`)
	qPaymentLockByNo = db.Q("commerce/payment_lock_by_no", `SELECT `+paymentColumns+` FROM payments WHERE out_trade_no = $1 /*for_update*/`)
	qPaymentInsert   = db.Q("commerce/payment_insert", `INSERT INTO payments (id, order_id, channel, out_trade_no, amount_fen, mch_id, app_id, payer_openid, status, created_at, expires_at, check_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'created', $9, $10, $11)`)
	qPaymentPaid    = db.Q("commerce/payment_paid", `UPDATE payments SET status = 'paid', transaction_id = $2, paid_at = $3, outcome = $4, payer_openid = CASE WHEN payer_openid = '' THEN $5 ELSE payer_openid END WHERE id = $1 AND status IN ('created', 'closed')`)
	qPaymentOutcome = db.Q("commerce/payment_outcome", `UPDATE payments SET outcome = $2 WHERE id = $1 AND status = 'paid'`)
	qPaymentHeld    = db.Q("commerce/payment_held", `UPDATE payments SET status = 'held', outcome = 'mismatch', transaction_id = $2, paid_at = $3, note = $4 WHERE id = $1 AND status IN ('created', 'closed')`)
	qPaymentClosed  = db.Q("commerce/payment_closed", `UPDATE payments SET status = 'closed', note = $2 WHERE id = $1 AND status = 'created'`)
	qPaymentLater   = db.Q("commerce/payment_later", `UPDATE payments SET check_at = $2, checks = checks + 1 WHERE id = $1 AND status = 'created'`)
	qPaymentsDue    = db.Q("commerce/payments_due", `SELECT id FROM payments WHERE status = 'created' AND check_at <= $1 ORDER BY check_at LIMIT 200`)

	qRefund      = db.Q("commerce/refund", `SELECT `+refundColumns+` FROM refunds WHERE id = $1`)
	qRefundByNo  = db.Q("commerce/refund_by_no", `SELECT `+refundColumns+` FROM refunds WHERE no = $1`)
	qRefundByKey = db.Q("commerce/refund_by_key", `SELECT `+refundColumns+` FROM refunds WHERE order_id = $1 AND idem_key = $2`)
	qRefundsOf   = db.Q("commerce/refunds_of", `SELECT `+refundColumns+` FROM refunds WHERE order_id = $1 ORDER BY id`)
	qRefunds     = db.Q("commerce/refunds", `SELECT `+of("r", refundColumns)+`, o.no AS order_no, o.paid_at, u.nickname, COALESCE((SELECT i.title FROM order_items i WHERE i.id = r.order_item_id), (SELECT MIN(i.title) FROM order_items i WHERE i.order_id = o.id), '') AS title, `+deliveryShown+`
		FROM refunds r JOIN orders o ON o.id = r.order_id JOIN users u ON u.id = r.user_id LEFT JOIN service_deliveries d ON d.order_item_id = r.order_item_id`+deliveryJoins+`
		WHERE ($1 = '' OR r.status = $1) AND (CAST($2 AS BIGINT) = 0 OR r.id < $2) AND (CAST($3 AS BIGINT) = 0 OR r.order_id = $3) AND (CAST($4 AS BIGINT) = 0 OR r.id = $4) ORDER BY r.id DESC LIMIT $5`)
	qRefundOpen   = db.Q("commerce/refund_open", `SELECT COUNT(*) FROM refunds WHERE order_item_id = $1 AND status IN ('requested', 'approved', 'processing', 'abnormal')`)
	qRefundInsert = db.Q("commerce/refund_insert", `INSERT INTO refunds (id, no, order_id, order_item_id, payment_id, user_id, idem_key, cause, amount_fen, ends_access, reason, status, watched_percent, delivered_percent, requested_at, check_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (order_id, idem_key) DO NOTHING`)
	qRefundDecide = db.Q("commerce/refund_decide", `UPDATE refunds SET status = $2, reply = $3, decided_at = $4, decided_by = $5, check_at = $6, amount_fen = $7 WHERE id = $1 AND status = 'requested'`)
	qRefundFirst  = db.Q("commerce/refund_first", `UPDATE refunds SET first_by = $2, reply = $3 WHERE id = $1 AND status = 'requested' AND first_by = 0`)
	qRefundSent   = db.Q("commerce/refund_sent", `UPDATE refunds SET status = 'processing', channel_refund_id = $2, check_at = $3, last_error = '' WHERE id = $1 AND status = 'approved'`)
	qRefundDone   = db.Q("commerce/refund_done", `UPDATE refunds SET status = 'succeeded', channel_refund_id = $2, finished_at = $3, last_error = '' WHERE id = $1 AND status IN ('approved', 'processing', 'abnormal')`)
	qRefundBad    = db.Q("commerce/refund_bad", `UPDATE refunds SET status = 'abnormal', last_error = $2 WHERE id = $1 AND status IN ('approved', 'processing')`)
	qRefundLater  = db.Q("commerce/refund_later", `UPDATE refunds SET check_at = $2, checks = checks + 1, last_error = $3 WHERE id = $1 AND status IN ('approved', 'processing')`)
	qRefundAgain  = db.Q("commerce/refund_again", `UPDATE refunds SET status = 'approved', no = $3, check_at = $4, last_error = '' WHERE id = $1 AND no = $2 AND status = 'abnormal'`)
	qRefundsDue   = db.Q("commerce/refunds_due", `SELECT id FROM refunds WHERE status IN ('approved', 'processing') AND check_at <= $1 ORDER BY check_at LIMIT 100`)
	qRefundMerge  = db.Q("commerce/refund_merge", `UPDATE refunds SET user_id = $2 WHERE user_id = $1`)
	qRefundTaken  = db.Q("commerce/refund_taken", `SELECT CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) FROM refunds WHERE payment_id = $1 AND status IN ('approved', 'processing', 'succeeded', 'abnormal')`)

	qInboxInsert = db.Q("commerce/inbox_insert", `INSERT INTO inbox (id, channel, event_id, event_type, payload, received_at, note, number) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`)

	qEvent  = db.Q("commerce/event", `INSERT INTO order_events (id, order_id, at, kind, note) VALUES ($1, $2, $3, $4, $5)`)
	qEvents = db.Q("commerce/events", `SELECT at, kind, note FROM order_events WHERE order_id = $1 ORDER BY id`)

	qOpen = db.Q("commerce/open", `SELECT (SELECT COUNT(*) FROM refunds WHERE status = 'requested') AS requested, (SELECT COUNT(*) FROM refunds WHERE status = 'abnormal') AS abnormal,
		(SELECT COUNT(*) FROM payments p WHERE p.status = 'held' AND NOT EXISTS (SELECT 1 FROM held_decisions d WHERE d.payment_id = p.id)) AS held, (SELECT COUNT(*) FROM orders WHERE status = 'pending') AS pending,
		(SELECT COUNT(*) FROM service_deliveries WHERE state = 'waiting') AS services`)
)
