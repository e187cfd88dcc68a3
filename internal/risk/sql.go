package risk

import "zhizhou/internal/db"

const (
	ruleColumns = `id, feature, comparison, threshold, points, action, CASE WHEN enabled THEN 1 ELSE 0 END AS enabled, version`
	caseColumns = `c.id, c.user_id, c.act, c.score, c.action, c.reasons AS reasons_text, c.state, c.opened_at, c.decided_at, c.reason, c.appeal, c.appealed_at, c.answer, c.answered_at, u.nickname, u.phone_masked`
)

// idle says of a user u that nothing of any lesson was ever gone through.
const idle = `NOT EXISTS (SELECT 1 FROM lesson_progress lp WHERE lp.user_id = u.id)`

var (
	qSeen = db.Q("risk/seen", `INSERT INTO risk_signals (user_id, kind, hash, first_at, last_at) VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT (user_id, kind, hash) DO UPDATE SET last_at = $4`)
	qForget = db.Q("risk/forget", `DELETE FROM risk_signals WHERE kind = $1 AND last_at < $2`)

	qRules      = db.Q("risk/rules", `SELECT `+ruleColumns+` FROM risk_rules ORDER BY id`)
	qRuleSave   = db.Q("risk/rule_save", `UPDATE risk_rules SET feature = $2, comparison = $3, threshold = $4, points = $5, action = $6, enabled = $7, version = version + 1, updated_at = $8 WHERE id = $1 AND version = $9`)
	qRuleInsert = db.Q("risk/rule_insert", `INSERT INTO risk_rules (id, feature, comparison, threshold, points, action, enabled, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qRule       = db.Q("risk/rule", `SELECT `+ruleColumns+` FROM risk_rules WHERE id = $1`)
	qBands      = db.Q("risk/bands", `SELECT CAST(MAX(CASE WHEN action = 'check' THEN score END) AS BIGINT) AS "check", CAST(MAX(CASE WHEN action = 'delay' THEN score END) AS BIGINT) AS delay,
		CAST(MAX(CASE WHEN action = 'review' THEN score END) AS BIGINT) AS review, CAST(MAX(CASE WHEN action = 'block' THEN score END) AS BIGINT) AS block, CAST(MAX(version) AS BIGINT) AS version FROM risk_bands`)
	qBandsSave = db.Q("risk/bands_save", `UPDATE risk_bands SET score = CASE action WHEN 'check' THEN CAST($1 AS BIGINT) WHEN 'delay' THEN CAST($2 AS BIGINT) WHEN 'review' THEN CAST($3 AS BIGINT) ELSE CAST($4 AS BIGINT) END, version = version + 1 WHERE version = $5`)

	qWho     = db.Q("risk/who", `SELECT created_at, CASE WHEN phone_hash IS NOT NULL THEN 1 ELSE 0 END AS phone FROM users WHERE id = $1`)
	qStudy   = db.Q("risk/study", `SELECT CAST(COALESCE(SUM(ms), 0) AS BIGINT) AS all_ms, CAST(COALESCE(MAX(ms), 0) AS BIGINT) AS most_ms FROM (SELECT SUM(studied_ms) AS ms FROM lesson_days WHERE user_id = $1 GROUP BY day) t`)
	qClaimed = db.Q("risk/claimed", `SELECT CAST(COALESCE(SUM(claimed_ms), 0) AS BIGINT) AS claimed, CAST(COALESCE(SUM(credited_ms), 0) AS BIGINT) AS credited FROM study_sessions WHERE user_id = $1`)
	qDevices = db.Q("risk/devices", `SELECT CAST(COALESCE(MAX(n), 0) AS BIGINT) FROM (SELECT COUNT(*) AS n FROM risk_signals m JOIN risk_signals o ON o.kind = m.kind AND o.hash = m.hash AND o.user_id <> m.user_id
		WHERE m.user_id = $1 AND m.kind = 'device' GROUP BY m.hash) t`)
	// Of a large network those who came last.
	qBlock = db.Q("risk/block", `SELECT COUNT(*) AS everyone, CAST(COALESCE(SUM(CASE WHEN `+idle+` THEN 1 ELSE 0 END), 0) AS BIGINT) AS idle FROM users u WHERE u.id IN
		(SELECT o.user_id FROM risk_signals m JOIN risk_signals o ON o.kind = m.kind AND o.hash = m.hash AND o.user_id <> m.user_id WHERE m.user_id = $1 AND m.kind = 'block' ORDER BY o.user_id DESC LIMIT 500)
		AND u.created_at BETWEEN CAST($2 AS BIGINT) - 86400000 AND CAST($2 AS BIGINT) + 86400000`)
	qInvited = db.Q("risk/invited", `SELECT COUNT(*) AS everyone, CAST(COALESCE(SUM(CASE WHEN r.joined_at > $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS lately,
		CAST(COALESCE(SUM(CASE WHEN `+idle+` THEN 1 ELSE 0 END), 0) AS BIGINT) AS idle
		FROM (SELECT user_id, joined_at FROM referrals WHERE inviter_id = $1 ORDER BY user_id DESC LIMIT 500) r JOIN users u ON u.id = r.user_id`)
	qSiblings = db.Q("risk/siblings", `SELECT COUNT(*) AS everyone, CAST(COALESCE(SUM(CASE WHEN `+idle+` THEN 1 ELSE 0 END), 0) AS BIGINT) AS idle
		FROM (SELECT o.user_id FROM referrals r JOIN referrals o ON o.inviter_id = r.inviter_id WHERE r.user_id = $1 ORDER BY o.user_id DESC LIMIT 500) r JOIN users u ON u.id = r.user_id`)
	qInvitedOrders = db.Q("risk/invited_orders", `SELECT COUNT(*) AS everyone, CAST(COALESCE(SUM(CASE WHEN o.refunded_fen > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS back
		FROM (SELECT user_id FROM referrals WHERE inviter_id = $1 ORDER BY user_id DESC LIMIT 500) r JOIN orders o ON o.user_id = r.user_id WHERE o.paid_fen > 0 AND o.paid_at > 0 AND NOT o.deposit`)
	qKin = db.Q("risk/kin", `WITH RECURSIVE up (id, n) AS (SELECT CAST($1 AS BIGINT), 0 UNION SELECT r.inviter_id, up.n + 1 FROM referrals r JOIN up ON r.user_id = up.id WHERE up.n < 4),
		down (id, n) AS (SELECT CAST($1 AS BIGINT), 0 UNION SELECT r.user_id, down.n + 1 FROM referrals r JOIN down ON r.inviter_id = down.id WHERE down.n < 4)
		SELECT COUNT(DISTINCT o.user_id) FROM risk_signals m JOIN risk_signals o ON o.kind = m.kind AND o.hash = m.hash
		WHERE m.user_id = $1 AND m.kind = 'device' AND o.user_id <> m.user_id AND (o.user_id IN (SELECT id FROM up) OR o.user_id IN (SELECT id FROM down))`)
	qRing = db.Q("risk/ring", `SELECT COUNT(DISTINCT s.user_id) FROM share_visits v JOIN shares s ON s.id = v.share_id JOIN users u ON u.id = s.user_id
		WHERE v.user_id = $1 AND s.user_id <> $1 AND `+idle+`
		AND (EXISTS (SELECT 1 FROM share_visits b JOIN shares m ON m.id = b.share_id WHERE b.user_id = s.user_id AND m.user_id = $1)
			OR EXISTS (SELECT 1 FROM share_visits b JOIN shares x ON x.id = b.share_id JOIN share_visits c ON c.user_id = x.user_id JOIN shares m ON m.id = c.share_id
				WHERE b.user_id = s.user_id AND x.user_id <> $1 AND x.user_id <> s.user_id AND m.user_id = $1))`)
	qOrders = db.Q("risk/orders", `SELECT COUNT(*) AS everyone, CAST(COALESCE(SUM(CASE WHEN refunded_fen > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS back FROM orders WHERE user_id = $1 AND paid_fen > 0 AND paid_at > 0 AND NOT deposit`)

	qJudged    = db.Q("risk/judged", `INSERT INTO risk_judgements (id, user_id, act, score, action, reasons, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qLast      = db.Q("risk/last", `SELECT id, state, decided_at FROM risk_cases WHERE user_id = $1 ORDER BY id DESC LIMIT 1`)
	qOpen      = db.Q("risk/open", `INSERT INTO risk_cases (id, user_id, act, score, action, reasons, state, opened_at) VALUES ($1, $2, $3, $4, $5, $6, 'open', $7) ON CONFLICT DO NOTHING`)
	qHold      = db.Q("risk/hold", `SELECT action, since_at, until_at FROM risk_holds WHERE user_id = $1`)
	qHoldSet   = db.Q("risk/hold_set", `INSERT INTO risk_holds (user_id, action, since_at, until_at) VALUES ($1, $2, $3, $4) ON CONFLICT (user_id) DO UPDATE SET action = $2, since_at = $3, until_at = $4`)
	qHoldDrop  = db.Q("risk/hold_drop", `DELETE FROM risk_holds WHERE user_id = $1`)
	qCase      = db.Q("risk/case", `SELECT `+caseColumns+` FROM risk_cases c JOIN users u ON u.id = c.user_id WHERE c.id = $1`)
	qCaseOwn   = db.Q("risk/case_own", `SELECT `+caseColumns+` FROM risk_cases c JOIN users u ON u.id = c.user_id WHERE c.id = $1 AND c.user_id = $2`)
	qMine      = db.Q("risk/mine", `SELECT `+caseColumns+` FROM risk_cases c JOIN users u ON u.id = c.user_id WHERE c.user_id = $1 AND (CAST($2 AS BIGINT) = 0 OR c.id < $2) ORDER BY c.id DESC LIMIT $3`)
	qCases     = db.Q("risk/cases", `SELECT `+caseColumns+` FROM risk_cases c JOIN users u ON u.id = c.user_id WHERE c.state = $1 AND (CAST($2 AS BIGINT) = 0 OR c.id < $2) ORDER BY c.id DESC LIMIT $3`)
	qAppeals   = db.Q("risk/appeals", `SELECT `+caseColumns+` FROM risk_cases c JOIN users u ON u.id = c.user_id WHERE c.appealed_at > 0 AND c.answered_at = 0 AND (CAST($1 AS BIGINT) = 0 OR c.id < $1) ORDER BY c.id DESC LIMIT $2`)
	qDecide    = db.Q("risk/decide", `UPDATE risk_cases SET state = $2, decided_at = $3, decided_by = $4, reason = $5, answer = CASE WHEN appealed_at > 0 THEN $5 ELSE answer END, answered_at = CASE WHEN appealed_at > 0 THEN $3 ELSE answered_at END WHERE id = $1 AND state = 'open'`)
	qAppeal    = db.Q("risk/appeal", `UPDATE risk_cases SET appeal = $3, appealed_at = $4 WHERE id = $1 AND user_id = $2 AND appealed_at = 0 AND state <> 'cleared'`)
	qAnswer    = db.Q("risk/answer", `UPDATE risk_cases SET state = $2, answer = $3, answered_at = $4, decided_by = $5, decided_at = $4 WHERE id = $1 AND state = 'confirmed' AND appealed_at > 0 AND answered_at = 0`)
	qJudgedOf  = db.Q("risk/judged_of", `SELECT id, act, score, action, reasons AS reasons_text, at FROM risk_judgements WHERE user_id = $1 ORDER BY id DESC LIMIT 20`)
	qForgetOld = db.Q("risk/forget_old", `DELETE FROM risk_judgements WHERE at < $1`)
	qWaiting   = db.Q("risk/waiting", `SELECT (SELECT COUNT(*) FROM risk_cases WHERE state = 'open') AS cases, (SELECT COUNT(*) FROM risk_cases WHERE appealed_at > 0 AND answered_at = 0) AS appeals`)

	qMoveSignals = db.Q("risk/move_signals", `INSERT INTO risk_signals (user_id, kind, hash, first_at, last_at) SELECT CAST($2 AS BIGINT), kind, hash, first_at, last_at FROM risk_signals WHERE user_id = $1 ON CONFLICT DO NOTHING`)
	qDropSignals = db.Q("risk/drop_signals", `DELETE FROM risk_signals WHERE user_id = $1`)
	qMoveJudged  = db.Q("risk/move_judged", `UPDATE risk_judgements SET user_id = $2 WHERE user_id = $1`)
	qCloseTwice  = db.Q("risk/close_twice", `UPDATE risk_cases SET state = 'cleared', decided_at = $3, reason = '账号合并，并入另一次核查' WHERE user_id = $1 AND state = 'open' AND EXISTS (SELECT 1 FROM risk_cases o WHERE o.user_id = $2 AND o.state = 'open')`)
	qMoveCases   = db.Q("risk/move_cases", `UPDATE risk_cases SET user_id = $2 WHERE user_id = $1`)
	qMoveHold    = db.Q("risk/move_hold", `INSERT INTO risk_holds (user_id, action, since_at, until_at) SELECT CAST($2 AS BIGINT), action, since_at, until_at FROM risk_holds WHERE user_id = $1 ON CONFLICT DO NOTHING`)
)

var checks = []db.Check{
	{Invariant: 34, Name: "case under review whose rewards do not wait", Q: db.Q("audit/risk_hold", `SELECT 'case ' || CAST(c.id AS TEXT) AS row FROM risk_cases c
		WHERE c.state = 'open' AND NOT EXISTS (SELECT 1 FROM risk_holds h WHERE h.user_id = c.user_id)`)},
}
