package shipping

import "zhizhou/internal/db"

const columns = `payment_id, order_id, state, sent_at, due_at, tries, note, created_at, finished_at`

var (
	// Only what an order was settled by, and only the mini program's ordinary payment.
	qInsert = db.Q("shipping/insert", `INSERT INTO shipments (payment_id, order_id, state, due_at, created_at)
		SELECT id, order_id, 'pending', CAST($2 AS BIGINT), CAST($3 AS BIGINT) FROM payments WHERE order_id = $1 AND outcome = 'settled' AND channel = 'wechat_mini' ON CONFLICT DO NOTHING`)
	qRefunded = db.Q("shipping/refunded", `UPDATE shipments SET state = 'refunded', finished_at = $2 WHERE order_id = $1 AND state IN ('pending', 'stuck')`)
	// What is not delivered yet (a group that is still forming) is not shipped.
	qDue = db.Q("shipping/due", `SELECT s.payment_id FROM shipments s JOIN orders o ON o.id = s.order_id WHERE s.state = 'pending' AND s.due_at <= $1 AND o.delivered_at > 0 ORDER BY s.due_at LIMIT $2`)

	qParcel = db.Q("shipping/parcel", `SELECT s.payment_id, s.order_id, s.state, s.sent_at, s.due_at, s.tries, s.note, s.created_at, s.finished_at, p.transaction_id, p.payer_openid AS open_id, (SELECT i.title FROM order_items i WHERE i.order_id = o.id ORDER BY i.id LIMIT 1) AS title
		FROM shipments s JOIN payments p ON p.id = s.payment_id JOIN orders o ON o.id = s.order_id WHERE s.payment_id = $1`)
	qClaim   = db.Q("shipping/claim", `UPDATE shipments SET due_at = $3, tries = tries + 1 WHERE payment_id = $1 AND state = 'pending' AND due_at = $2`)
	qSending = db.Q("shipping/sending", `UPDATE shipments SET sent_at = $3 WHERE payment_id = $1 AND state = 'pending' AND sent_at = $2`)
	qUnsent  = db.Q("shipping/unsent", `UPDATE shipments SET sent_at = 0 WHERE payment_id = $1 AND state = 'pending' AND sent_at = $2`)
	qLater   = db.Q("shipping/later", `UPDATE shipments SET due_at = $2, note = $3 WHERE payment_id = $1 AND state = 'pending'`)
	qNote    = db.Q("shipping/note", `UPDATE shipments SET note = $2 WHERE payment_id = $1 AND state = 'pending'`)
	qFinish  = db.Q("shipping/finish", `UPDATE shipments SET state = $2, note = $3, finished_at = $4 WHERE payment_id = $1 AND state = 'pending'`)
	qRetry   = db.Q("shipping/retry", `UPDATE shipments SET state = 'pending', tries = 0, due_at = $2, note = '', finished_at = 0 WHERE payment_id = $1 AND state = 'stuck'`)

	qRemind    = db.Q("shipping/remind", `UPDATE shipments SET due_at = $2 WHERE payment_id IN (SELECT id FROM payments WHERE channel = 'wechat_mini' AND transaction_id = $1) AND state = 'pending' AND sent_at = 0`)
	qSettled   = db.Q("shipping/settled", `UPDATE shipments SET state = 'settled', note = '', finished_at = $2 WHERE payment_id IN (SELECT id FROM payments WHERE channel = 'wechat_mini' AND transaction_id = $1) AND state IN ('pending', 'shipped', 'stuck')`)
	qByPayment = db.Q("shipping/by_payment", `SELECT `+columns+` FROM shipments WHERE payment_id = $1`)
	qOf        = db.Q("shipping/of", `SELECT `+columns+` FROM shipments WHERE order_id = $1`)
	qList      = db.Q("shipping/list", `SELECT s.payment_id, s.order_id, s.state, s.sent_at, s.due_at, s.tries, s.note, s.created_at, s.finished_at, o.no AS order_no, (SELECT i.title FROM order_items i WHERE i.order_id = o.id ORDER BY i.id LIMIT 1) AS title, o.paid_at
		FROM shipments s JOIN orders o ON o.id = s.order_id
		WHERE (CAST($1 AS TEXT) = '' OR s.state = $1) AND (CAST($2 AS BIGINT) = 0 OR s.payment_id < $2) ORDER BY s.payment_id DESC LIMIT $3`)
)
