package renewal

import (
	"strings"

	"zhizhou/internal/db"
)

const (
	columns = `id, user_id, product_id, sku_id, title, sku_name, agreed_fen, period_months, state, code, plan_id, mch_id, channel_id, openid, terms_version, terms, terms_at, created_at, signed_at, cancelled_at, cancelled_by, channel_ended_at, check_at, checks`
	cycles  = `id, contract_id, no, state, from_at, amount_fen, notice_at, noticed_at, lead_ms, charge_at, order_id, tries, paid_at, note, created_at`
)

func of(alias, list string) string {
	return alias + "." + strings.ReplaceAll(list, ", ", ", "+alias+".")
}

var (
	qGet    = db.Q("renewal/get", `SELECT `+columns+` FROM contracts WHERE id = $1`)
	qLock   = db.Q("renewal/lock", `SELECT `+columns+` FROM contracts WHERE id = $1 /*for_update*/`)
	qByCode = db.Q("renewal/by_code", `SELECT `+columns+` FROM contracts WHERE code = $1 /*for_update*/`)
	qLive   = db.Q("renewal/live", `SELECT `+columns+` FROM contracts WHERE user_id = $1 AND product_id = $2 AND state IN ('signing', 'active')`)
	qInsert = db.Q("renewal/insert", `INSERT INTO contracts (id, user_id, product_id, sku_id, title, sku_name, agreed_fen, period_months, state, code, plan_id, mch_id, terms_version, terms, terms_at, created_at, check_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'signing', $9, $10, $11, $12, $13, $14, $14, $15) ON CONFLICT DO NOTHING`)
	qSigned = db.Q("renewal/signed", `UPDATE contracts SET state = 'active', channel_id = $2, openid = $3, signed_at = $4, check_at = $4, checks = 0 WHERE id = $1 AND state = 'signing'`)
	// Signed although it was cancelled here: the channel must hear of the end.
	qSignedLate = db.Q("renewal/signed_late", `UPDATE contracts SET channel_id = $2, openid = $3, check_at = $4, checks = 0 WHERE id = $1 AND state IN ('cancelled', 'ended') AND channel_id = ''`)
	qStop       = db.Q("renewal/stop", `UPDATE contracts SET state = $2, cancelled_at = $3, cancelled_by = $4, check_at = $5, checks = 0 WHERE id = $1 AND state IN ('signing', 'active')`)
	qOver       = db.Q("renewal/over", `UPDATE contracts SET channel_ended_at = $2, checks = 0 WHERE id = $1 AND channel_ended_at = 0`)
	qDue        = db.Q("renewal/due", `SELECT id FROM contracts WHERE check_at > 0 AND check_at <= $1 ORDER BY check_at LIMIT 100`)
	qClaim      = db.Q("renewal/claim", `UPDATE contracts SET check_at = $3, checks = checks + 1 WHERE id = $1 AND check_at = $2`)
	qCheckAt    = db.Q("renewal/check_at", `UPDATE contracts SET check_at = $2, checks = 0 WHERE id = $1 AND state = $3`)
	qRetryAt    = db.Q("renewal/retry_at", `UPDATE contracts SET check_at = $2 WHERE id = $1 AND state = $3`)

	qCycle     = db.Q("renewal/cycle", `SELECT `+cycles+` FROM contract_cycles WHERE contract_id = $1 AND state IN ('planned', 'noticed', 'charging')`)
	qLast      = db.Q("renewal/last", `SELECT `+cycles+` FROM contract_cycles WHERE contract_id = $1 ORDER BY no DESC LIMIT 1`)
	qByOrder   = db.Q("renewal/by_order", `SELECT `+cycles+` FROM contract_cycles WHERE order_id = $1`)
	qPlan      = db.Q("renewal/plan", `INSERT INTO contract_cycles (id, contract_id, no, state, from_at, notice_at, charge_at, created_at) VALUES ($1, $2, $3, 'planned', $4, $5, $6, $7) ON CONFLICT DO NOTHING`)
	qReplan    = db.Q("renewal/replan", `UPDATE contract_cycles SET state = 'planned', from_at = $2, notice_at = $3, charge_at = $4, noticed_at = 0, lead_ms = 0, amount_fen = 0 WHERE id = $1 AND state IN ('planned', 'noticed') AND tries = 0`)
	qNoticed   = db.Q("renewal/noticed", `UPDATE contract_cycles SET state = 'noticed', noticed_at = $2, lead_ms = $3, charge_at = $4, amount_fen = $5 WHERE id = $1 AND state = 'planned'`)
	qMove      = db.Q("renewal/move", `UPDATE contract_cycles SET charge_at = $2 WHERE id = $1 AND state = 'noticed'`)
	qCharging  = db.Q("renewal/charging", `UPDATE contract_cycles SET state = 'charging', tries = tries + 1, order_id = $2 WHERE id = $1 AND state = 'noticed' AND noticed_at > 0 AND noticed_at + lead_ms <= $3 AND charge_at <= $3 AND tries < 3`)
	qStillOn   = db.Q("renewal/still_on", `SELECT COUNT(*) FROM contract_cycles WHERE id = $1 AND state = 'charging' AND order_id = $2`)
	qAgain     = db.Q("renewal/again", `UPDATE contract_cycles SET state = 'noticed', charge_at = $3, note = $4 WHERE id = $1 AND state = 'charging' AND tries = $2`)
	qFailed    = db.Q("renewal/failed", `UPDATE contract_cycles SET state = 'failed', note = $2 WHERE id = $1 AND state IN ('noticed', 'charging')`)
	qPaid      = db.Q("renewal/paid", `UPDATE contract_cycles SET state = 'paid', paid_at = $2, note = '' WHERE id = $1 AND state IN ('noticed', 'charging')`)
	qSkipAll   = db.Q("renewal/skip_all", `UPDATE contract_cycles SET state = 'skipped', note = $2 WHERE contract_id = $1 AND state IN ('planned', 'noticed')`)
	qOpenOrder = db.Q("renewal/open_orders", `SELECT y.order_id FROM contract_cycles y JOIN orders o ON o.id = y.order_id WHERE y.contract_id = $1 AND y.state IN ('failed', 'skipped') AND o.status = 'pending'`)

	qMergeStop = db.Q("renewal/merge_stop", `SELECT `+of("a", columns)+` FROM contracts a WHERE a.user_id = $1 AND a.state IN ('signing', 'active')
		AND EXISTS (SELECT 1 FROM contracts b WHERE b.user_id = $2 AND b.product_id = a.product_id AND b.state IN ('signing', 'active'))`)
	qMerge = db.Q("renewal/merge", `UPDATE contracts SET user_id = $2 WHERE user_id = $1`)

	qMine   = db.Q("renewal/mine", `SELECT `+columns+` FROM contracts WHERE user_id = $1 AND (signed_at > 0 OR state = 'signing') ORDER BY id DESC LIMIT 50`)
	qCycles = db.Q("renewal/cycles", `SELECT `+of("y", cycles)+`, COALESCE(o.no, '') AS order_no, COALESCE(o.paid_fen, 0) AS paid_fen, COALESCE(o.refunded_fen, 0) AS refunded_fen
		FROM contract_cycles y LEFT JOIN orders o ON o.id = y.order_id WHERE y.contract_id = $1 ORDER BY y.no DESC LIMIT 200`)
	qList = db.Q("renewal/list", `SELECT `+of("c", columns)+`, u.nickname, COALESCE(y.state, '') AS cycle_state, COALESCE(y.charge_at, 0) AS charge_at
		FROM contracts c JOIN users u ON u.id = c.user_id LEFT JOIN contract_cycles y ON y.contract_id = c.id AND y.state IN ('planned', 'noticed', 'charging')
		WHERE (CAST($1 AS TEXT) = '' OR c.state = $1) AND (CAST($2 AS BIGINT) = 0 OR c.id < $2) AND (CAST($3 AS BIGINT) = 0 OR c.user_id = $3) ORDER BY c.id DESC LIMIT $4`)
)
