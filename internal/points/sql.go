package points

import "zhizhou/internal/db"

const moveColumns = `id, user_id, kind, points, held, owed, cause, note, expires_at, at`

var (
	qAccount = db.Q("points/account", `SELECT user_id, balance, held, owed, look_at FROM point_accounts WHERE user_id = $1`)
	qLock    = db.Q("points/account_lock", `SELECT user_id, balance, held, owed, look_at FROM point_accounts WHERE user_id = $1 /*for_update*/`)
	qOpen    = db.Q("points/account_open", `INSERT INTO point_accounts (user_id) VALUES ($1) ON CONFLICT DO NOTHING`)
	qChange  = db.Q("points/account_change", `UPDATE point_accounts SET balance = balance + $2, held = held + $3, owed = owed + $4
		WHERE user_id = $1 AND balance + $2 >= 0 AND held + $3 >= 0 AND owed + $4 >= 0`)
	qLook = db.Q("points/account_look", `UPDATE point_accounts SET look_at = $2 WHERE user_id = $1`)
	qSoon = db.Q("points/account_soon", `UPDATE point_accounts SET look_at = $2 WHERE user_id = $1 AND (look_at = 0 OR look_at > $2)`)
	qMove = db.Q("points/move", `INSERT INTO point_moves (`+moveColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (cause) DO NOTHING`)
	qPast = db.Q("points/moved", `SELECT `+moveColumns+` FROM point_moves WHERE cause = $1`)
	qList = db.Q("points/moves", `SELECT `+moveColumns+` FROM point_moves WHERE user_id = $1 AND (CAST($2 AS BIGINT) = 0 OR id < $2) ORDER BY id DESC LIMIT $3`)

	qHoldInsert = db.Q("points/hold_insert", `INSERT INTO point_holds (order_id, user_id, points, state, at) VALUES ($1, $2, $3, 'held', $4)`)
	qHold       = db.Q("points/hold", `SELECT order_id, user_id, points, state FROM point_holds WHERE order_id = $1`)
	qHoldMove   = db.Q("points/hold_move", `UPDATE point_holds SET state = $2, at = $3 WHERE order_id = $1 AND state = 'held'`)

	qDue     = db.Q("points/due", `SELECT user_id FROM point_accounts WHERE look_at > 0 AND look_at <= $1 ORDER BY look_at LIMIT 200`)
	qExpired = db.Q("points/expired", `SELECT CAST(COALESCE(SUM(CASE WHEN kind IN ('earn', 'grant', 'return') THEN (CASE WHEN expires_at > 0 AND expires_at <= $2 THEN points ELSE 0 END) ELSE points END), 0) AS BIGINT) AS left_points,
		CAST(COALESCE(MIN(CASE WHEN expires_at > $2 THEN expires_at END), 0) AS BIGINT) AS next_at FROM point_moves WHERE user_id = $1`)
	qNext = db.Q("points/next", `SELECT CAST(COALESCE(MIN(expires_at), 0) AS BIGINT) FROM point_moves WHERE user_id = $1 AND expires_at > $2`)

	qMergeMoves = db.Q("points/merge_moves", `UPDATE point_moves SET user_id = $2 WHERE user_id = $1`)
	qMergeHolds = db.Q("points/merge_holds", `UPDATE point_holds SET user_id = $2 WHERE user_id = $1`)
	qMergeEmpty = db.Q("points/merge_empty", `UPDATE point_accounts SET balance = 0, held = 0, owed = 0, look_at = 0 WHERE user_id = $1`)
	qUser       = db.Q("points/user", `SELECT COUNT(*) FROM users WHERE id = $1`)
)
