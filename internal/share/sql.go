package share

import "zhizhou/internal/db"

const columns = `s.id, s.code, s.user_id, s.kind, s.target_id, s.variant_id, s.title, s.channel, s.parent_id, s.depth, s.day, s.created_at`

// others is the condition under which a visit v of a share s counts: it is not the sharer's own.
const others = `v.user_id <> s.user_id`

const results = columns + `,
	(SELECT COUNT(*) FROM share_visits v WHERE v.share_id = s.id AND ` + others + `) AS visits,
	(SELECT COUNT(*) FROM share_joins j WHERE j.share_id = s.id) AS joins,
	(SELECT COUNT(*) FROM share_orders o WHERE o.share_id = s.id AND o.is_last) AS orders`

var (
	qInsert = db.Q("share/insert", `INSERT INTO shares (id, code, user_id, kind, target_id, variant_id, title, channel, parent_id, depth, request, day, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (user_id, request) DO NOTHING`)
	qByRequest = db.Q("share/by_request", `SELECT `+columns+` FROM shares s WHERE s.user_id = $1 AND s.request = $2`)
	qByCode    = db.Q("share/by_code", `SELECT `+columns+` FROM shares s WHERE s.code = $1`)
	qCameBy    = db.Q("share/came_by", `SELECT `+columns+` FROM share_visits v JOIN shares s ON s.id = v.share_id WHERE v.user_id = $1 AND `+others+` ORDER BY v.last_at DESC, v.id DESC LIMIT 1`)
	qDraft     = db.Q("share/draft", `SELECT code, user_id, kind, target_id, variant_id, title, channel, created_at FROM share_drafts WHERE code = $1`)
	qDraftOf   = db.Q("share/draft_of", `SELECT code, user_id, kind, target_id, variant_id, title, channel, created_at FROM share_drafts WHERE user_id = $1 AND kind = $2 AND target_id = $3 AND channel = $4 AND variant_id = $5 AND created_at > $6 ORDER BY created_at DESC, code LIMIT 1`)
	qDraftAdd  = db.Q("share/draft_add", `INSERT INTO share_drafts (code, user_id, kind, target_id, variant_id, title, channel, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qDraftDrop = db.Q("share/draft_drop", `DELETE FROM share_drafts WHERE code = $1`)
	qDraftsOld = db.Q("share/drafts_old", `DELETE FROM share_drafts WHERE created_at < $1`)
	qMine      = db.Q("share/mine", `SELECT `+results+` FROM shares s WHERE s.user_id = $1 AND (CAST($2 AS BIGINT) = 0 OR s.id < $2) ORDER BY s.id DESC LIMIT $3`)

	qWay = db.Q("share/way", `WITH RECURSIVE up (id) AS (SELECT CAST($1 AS BIGINT) UNION SELECT s.parent_id FROM shares s JOIN up ON s.id = up.id WHERE s.parent_id > 0)
		SELECT `+results+`, u.nickname FROM shares s JOIN up ON up.id = s.id JOIN users u ON u.id = s.user_id ORDER BY s.depth`)

	qVisit = db.Q("share/visit", `INSERT INTO share_visits (id, share_id, visitor, user_id, platform, block, first_at, last_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
		ON CONFLICT (share_id, visitor) DO UPDATE SET opens = share_visits.opens + 1, last_at = $7, user_id = CASE WHEN share_visits.user_id = 0 THEN $4 ELSE share_visits.user_id END`)
	qTie    = db.Q("share/tie", `UPDATE share_visits SET user_id = $2 WHERE visitor = $1 AND user_id = 0`)
	qForget = db.Q("share/forget", `UPDATE share_visits SET block = '' WHERE first_at < $1 AND block <> ''`)
	// Its own name in place of the browser's: two of one browser are no longer known as such.
	qForgetVisitor = db.Q("share/forget_visitor", `UPDATE share_visits SET visitor = '-' || id, forgotten = TRUE WHERE id IN (SELECT v.id FROM share_visits v WHERE v.last_at < $1 AND NOT v.forgotten ORDER BY v.last_at LIMIT $2)`)
	qBorn          = db.Q("share/born", `SELECT created_at FROM users WHERE id = $1 AND merged_into = 0`)
	// The newest so many, told oldest first.
	qTouches = db.Q("share/touches", `SELECT share_id, sharer_id, first_at, last_at FROM (SELECT v.share_id, s.user_id AS sharer_id, MIN(v.first_at) AS first_at, MAX(v.last_at) AS last_at
		FROM share_visits v JOIN shares s ON s.id = v.share_id WHERE v.user_id = $1 AND `+others+` AND v.first_at <= $2
		GROUP BY v.share_id, s.user_id ORDER BY last_at DESC, v.share_id DESC LIMIT $3) t ORDER BY last_at, share_id`)
	qJoin    = db.Q("share/join", `INSERT INTO share_joins (user_id, share_id, first_share_id, touches, joined_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`)
	qOrdered = db.Q("share/ordered", `INSERT INTO share_orders (order_id, share_id, place, is_first, is_last, weight_ppm, user_id, paid_fen, paid_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`)
	qBy      = db.Q("share/by", `SELECT s.user_id, s.id AS share_id FROM share_orders o JOIN shares s ON s.id = o.share_id WHERE o.order_id = $1 AND (CASE WHEN $2 THEN o.is_first ELSE o.is_last END)`)

	// Requests are told apart by the account that made them: the share's own number is no one's.
	qMoveShares = db.Q("share/move_shares", `UPDATE shares SET user_id = $2, request = 'merged:' || CAST(id AS TEXT) WHERE user_id = $1`)
	qMoveDrafts = db.Q("share/move_drafts", `UPDATE share_drafts SET user_id = $2 WHERE user_id = $1`)
	qMoveVisits = db.Q("share/move_visits", `UPDATE share_visits SET user_id = $2 WHERE user_id = $1`)
	qMoveOrders = db.Q("share/move_orders", `UPDATE share_orders SET user_id = $2 WHERE user_id = $1`)
	qBorns      = db.Q("share/borns", `SELECT id AS user_id, created_at AS joined_at FROM users WHERE id IN ($1, $2) ORDER BY created_at, id`)
	qDropJoin   = db.Q("share/drop_join", `DELETE FROM share_joins WHERE user_id = $1`)
	qMoveJoin   = db.Q("share/move_join", `UPDATE share_joins SET user_id = $2 WHERE user_id = $1`)
	qDropOwn    = db.Q("share/drop_own", `DELETE FROM share_joins WHERE user_id = $1 AND share_id IN (SELECT id FROM shares WHERE user_id = $1)`)
)

var (
	qAll = db.Q("share/all", `SELECT `+results+`, u.nickname FROM shares s JOIN users u ON u.id = s.user_id
		WHERE ($1 = '' OR s.kind = $1) AND ($2 = '' OR s.channel = $2) AND (CAST($3 AS BIGINT) = 0 OR s.user_id = $3) AND (CAST($4 AS BIGINT) = 0 OR s.id < $4) ORDER BY s.id DESC LIMIT $5`)
	qChildren   = db.Q("share/children", `SELECT `+results+`, u.nickname FROM shares s JOIN users u ON u.id = s.user_id WHERE s.parent_id = $1 AND (CAST($2 AS BIGINT) = 0 OR s.id < $2) ORDER BY s.id DESC LIMIT $3`)
	qExists     = db.Q("share/exists", `SELECT COUNT(*) FROM shares WHERE id = $1`)
	qLedBy      = db.Q("share/led_by", `SELECT s.user_id FROM share_joins j JOIN shares s ON s.id = j.share_id WHERE j.user_id = $1`)
	qShareJoins = db.Q("share/joins", `SELECT j.user_id, u.nickname, j.joined_at FROM share_joins j JOIN users u ON u.id = j.user_id WHERE j.share_id = $1 ORDER BY j.user_id DESC LIMIT 50`)
	qShareBuys  = db.Q("share/buys", `SELECT o.order_id, r.no, u.nickname AS buyer, o.place, o.is_first, o.is_last, o.weight_ppm, o.paid_fen, o.paid_at FROM share_orders o JOIN orders r ON r.id = o.order_id JOIN users u ON u.id = o.user_id
		WHERE o.share_id = $1 ORDER BY o.order_id DESC LIMIT 50`)
)
