package campaign

import (
	"context"

	"zhizhou/internal/db"
)

const (
	columns      = `id, kind, title, words, state, cause, starts_at, ends_at, budget_fen, budget_count, spent_fen, spent_count, per_user, per_device, newcomer_days, on_h5, on_wechat, on_mini, version, created_at`
	prizeColumns = `p.id, p.campaign_id, p.position, p.kind, p.ref_id, p.amount, p.title, p.body, p.value_fen, p.odds_ppm, p.stock, p.given, p.step, p.need`
	giftColumns  = `g.id, g.campaign_id, g.prize_id, g.user_id, g.cause, g.value_fen, g.state, g.reason, g.made_at, g.ended_at, p.kind, p.ref_id, p.amount, p.title, p.body, u.nickname`
	giftFrom     = ` FROM campaign_gifts g JOIN campaign_prizes p ON p.id = g.prize_id JOIN users u ON u.id = g.user_id`
	drawColumns  = `d.id, d.campaign_id, d.user_id, d.roll, d.drawn_id, d.prize_id, d.note, d.version, d.at, COALESCE(p.title, '') AS title, COALESCE(p.kind, 'nothing') AS kind, u.nickname`
	drawFrom     = ` FROM campaign_draws d LEFT JOIN campaign_prizes p ON p.id = d.prize_id JOIN users u ON u.id = d.user_id`
	// Where a visit v came from is a channel on which campaign c is open.
	onChannel = `CASE WHEN v.platform IN ('mp_ios', 'mp_android') THEN c.on_mini WHEN v.platform = 'wechat_h5' THEN c.on_wechat ELSE c.on_h5 END`
	open      = `state = 'running' AND starts_at <= $1 AND ends_at > $1`
)

var (
	qLock   = db.Q("campaign/lock", `SELECT `+columns+` FROM campaigns WHERE id = $1 /*for_update*/`)
	qOne    = db.Q("campaign/one", `SELECT `+columns+` FROM campaigns WHERE id = $1`)
	qOpen   = db.Q("campaign/open", `SELECT `+columns+` FROM campaigns WHERE `+open+` ORDER BY id DESC LIMIT 50`)
	qList   = db.Q("campaign/list", `SELECT `+columns+` FROM campaigns WHERE (CAST($1 AS BIGINT) = 0 OR id < $1) ORDER BY id DESC LIMIT $2`)
	qInsert = db.Q("campaign/insert", `INSERT INTO campaigns (id, kind, title, words, state, cause, starts_at, ends_at, budget_fen, budget_count, per_user, per_device, newcomer_days, on_h5, on_wechat, on_mini, created_at, updated_at)
		VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)`)
	qUpdate = db.Q("campaign/update", `UPDATE campaigns SET title = $2, words = $3, cause = $4, starts_at = $5, ends_at = $6, budget_fen = $7, budget_count = $8, per_user = $9, per_device = $10, newcomer_days = $11,
		on_h5 = $12, on_wechat = $13, on_mini = $14, version = version + 1, updated_at = $15 WHERE id = $1 AND version = $16 AND state IN ('draft', 'paused') AND spent_fen <= $7 AND spent_count <= $8`)
	qMove = db.Q("campaign/move", `UPDATE campaigns SET state = $3, version = version + 1, updated_at = $4 WHERE id = $1 AND state = $2`)
	qTake = db.Q("campaign/take", `UPDATE campaigns SET spent_fen = spent_fen + $2, spent_count = spent_count + 1 WHERE id = $1 AND spent_fen + $2 <= budget_fen AND spent_count < budget_count`)
	qBack = db.Q("campaign/back", `UPDATE campaigns SET spent_fen = spent_fen - $2, spent_count = spent_count - 1 WHERE id = $1`)

	qPrizes = db.Q("campaign/prizes", `SELECT `+prizeColumns+`, COALESCE(k.title, '') AS course_title
		FROM campaign_prizes p LEFT JOIN courses k ON p.kind = 'course' AND k.id = p.ref_id WHERE p.campaign_id = $1 ORDER BY p.position, p.id`)
	qPrizeInsert = db.Q("campaign/prize_insert", `INSERT INTO campaign_prizes (id, campaign_id, position, kind, ref_id, amount, title, body, value_fen, odds_ppm, stock, step, need) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)
	// What somebody won stays what it was; of it only place, odds and stock change.
	qPrizeUpdate = db.Q("campaign/prize_update", `UPDATE campaign_prizes SET position = $3, kind = $4, ref_id = $5, amount = $6, title = $7, body = $8, value_fen = $9, odds_ppm = $10, stock = $11, step = $12, need = $13 WHERE id = $1 AND campaign_id = $2
		AND (given = 0 OR kind = $4 AND ref_id = $5 AND amount = $6 AND title = $7 AND body = $8 AND value_fen = $9 AND step = $12 AND need = $13)`)
	qPrizeDrop = db.Q("campaign/prize_drop", `DELETE FROM campaign_prizes WHERE id = $1 AND campaign_id = $2 AND NOT EXISTS (SELECT 1 FROM campaign_gifts g WHERE g.prize_id = campaign_prizes.id) AND NOT EXISTS (SELECT 1 FROM campaign_draws d WHERE d.campaign_id = $2 AND (d.prize_id = campaign_prizes.id OR d.drawn_id = campaign_prizes.id))`)
	qStockTake = db.Q("campaign/stock_take", `UPDATE campaign_prizes SET stock = stock - 1, given = given + 1 WHERE id = $1 AND stock > 0`)
	qStockBack = db.Q("campaign/stock_back", `UPDATE campaign_prizes SET stock = stock + 1, given = given - 1 WHERE id = $1`)

	// A share of a campaign that runs, by its id, if a friend came by it where that is open.
	qShareOf = db.Q("campaign/share_of", `SELECT c.id, c.kind, c.cause FROM shares s JOIN campaigns c ON c.id = s.target_id WHERE s.id = $2 AND s.kind = 'campaign' AND c.state = 'running' AND c.starts_at <= $1 AND c.ends_at > $1
		AND EXISTS (SELECT 1 FROM share_visits v WHERE v.share_id = s.id AND v.user_id = $3 AND `+onChannel+`)`)
	// By which campaigns' shares somebody came, the last first.
	qCameBy = db.Q("campaign/came_by", `SELECT c.id, s.user_id, s.id AS share_id FROM share_visits v JOIN shares s ON s.id = v.share_id JOIN campaigns c ON c.id = s.target_id
		WHERE v.user_id = $2 AND s.kind = 'campaign' AND s.user_id <> $2 AND c.kind IN ('assist', 'invite') AND c.cause IN ('study', 'both') AND c.state = 'running' AND c.starts_at <= $1 AND c.ends_at > $1
		AND v.first_at >= c.starts_at AND `+onChannel+` ORDER BY v.last_at DESC, v.id DESC LIMIT 20`)
	qHelp        = db.Q("campaign/help", `INSERT INTO campaign_helps (campaign_id, friend_id, user_id, share_id, joined_at, studied_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`)
	qHelpStudied = db.Q("campaign/help_studied", `UPDATE campaign_helps SET studied_at = $2 WHERE friend_id = $1 AND studied_at = 0`)
	qHelps       = db.Q("campaign/helps", `SELECT u.nickname, h.joined_at, h.studied_at FROM campaign_helps h JOIN users u ON u.id = h.friend_id WHERE h.campaign_id = $1 AND h.user_id = $2 ORDER BY h.friend_id DESC LIMIT 50`)
	qHelped      = db.Q("campaign/helped", `SELECT COUNT(*) FROM campaign_helps WHERE campaign_id = $1 AND user_id = $2 AND ($3 = 'join' AND joined_at > 0 OR $3 = 'study' AND studied_at > 0 OR $3 = 'both' AND joined_at + studied_at > 0)`)
	// Who asked somebody: whom they helped, else whose code they hold, else by whose share they
	// came last. A code of WeChat's own menu is a draft until its landing is noted.
	qAsker = db.Q("campaign/asker", `SELECT u.nickname, t.joined_at, t.studied_at FROM (
		SELECT 1 AS place, h.user_id, h.joined_at, h.studied_at, 0 AS at FROM campaign_helps h WHERE h.campaign_id = $1 AND h.friend_id = $2
		UNION ALL SELECT 2, s.user_id, 0, 0, 0 FROM shares s WHERE s.code = $3 AND s.kind = 'campaign' AND s.target_id = $1 AND s.user_id <> $2
		UNION ALL SELECT 2, d.user_id, 0, 0, 0 FROM share_drafts d WHERE d.code = $3 AND d.kind = 'campaign' AND d.target_id = $1 AND d.user_id <> $2
		UNION ALL SELECT 3, s.user_id, 0, 0, v.last_at FROM share_visits v JOIN shares s ON s.id = v.share_id WHERE v.user_id = $2 AND v.user_id > 0 AND s.kind = 'campaign' AND s.target_id = $1 AND s.user_id <> $2
		) t JOIN users u ON u.id = t.user_id ORDER BY t.place, t.at DESC LIMIT 1`)

	qLotteries = db.Q("campaign/lotteries", `SELECT id FROM campaigns WHERE `+open+` AND kind = 'lottery' AND cause IN ('study', 'both')`)
	qChance    = db.Q("campaign/chance", `INSERT INTO campaign_chances (id, campaign_id, user_id, cause, lesson_id, made_at) SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS TEXT), CAST($5 AS BIGINT), CAST($6 AS BIGINT)
		WHERE CAST($5 AS BIGINT) = 0 OR NOT EXISTS (SELECT 1 FROM campaign_chances c WHERE c.user_id = $3 AND c.campaign_id = $2 AND c.lesson_id = $5) ON CONFLICT DO NOTHING`)
	qChances    = db.Q("campaign/chances", `SELECT COUNT(*) FROM campaign_chances WHERE user_id = $1 AND campaign_id = $2 AND used_at = 0`)
	qChanceNext = db.Q("campaign/chance_next", `SELECT id FROM campaign_chances WHERE user_id = $1 AND campaign_id = $2 AND used_at = 0 ORDER BY id LIMIT 1`)
	qChanceUse  = db.Q("campaign/chance_use", `UPDATE campaign_chances SET used_at = $2 WHERE id = $1 AND used_at = 0`)

	qDraw    = db.Q("campaign/draw", `INSERT INTO campaign_draws (id, campaign_id, user_id, chance_id, request, roll, drawn_id, prize_id, note, version, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	qDrawn   = db.Q("campaign/drawn", `SELECT `+drawColumns+drawFrom+` WHERE d.user_id = $1 AND d.request = $2`)
	qDraws   = db.Q("campaign/draws", `SELECT `+drawColumns+drawFrom+` WHERE d.campaign_id = $1 AND (CAST($2 AS BIGINT) = 0 OR d.id < $2) ORDER BY d.id DESC LIMIT $3`)
	qWinners = db.Q("campaign/winners", `SELECT `+drawColumns+drawFrom+` WHERE d.campaign_id = $1 AND d.prize_id > 0 ORDER BY d.id DESC LIMIT 20`)
	qMyDraws = db.Q("campaign/my_draws", `SELECT `+drawColumns+drawFrom+` WHERE d.user_id = $1 AND d.campaign_id = $2 ORDER BY d.id DESC LIMIT 20`)

	qGift      = db.Q("campaign/gift", `INSERT INTO campaign_gifts (id, campaign_id, prize_id, user_id, cause, device, value_fen, state, look_at, made_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	qGiftBy    = db.Q("campaign/gift_by", `SELECT `+giftColumns+giftFrom+` WHERE g.cause = $1`)
	qGifts     = db.Q("campaign/gifts", `SELECT `+giftColumns+giftFrom+` WHERE g.campaign_id = $1 AND (CAST($2 AS BIGINT) = 0 OR g.id < $2) ORDER BY g.id DESC LIMIT $3`)
	qMyGifts   = db.Q("campaign/my_gifts", `SELECT `+giftColumns+giftFrom+` WHERE g.user_id = $1 AND (CAST($2 AS BIGINT) = 0 OR g.campaign_id = $2) AND (CAST($3 AS BIGINT) = 0 OR g.id < $3) ORDER BY g.id DESC LIMIT $4`)
	qGiftsUser = db.Q("campaign/gifts_user", `SELECT COUNT(*) FROM campaign_gifts WHERE campaign_id = $1 AND user_id = $2 AND state <> 'refused'`)
	qGiftsOn   = db.Q("campaign/gifts_on", `SELECT COUNT(*) FROM campaign_gifts WHERE campaign_id = $1 AND device = $2 AND device <> '' AND state <> 'refused'`)
	qGiftsDue  = db.Q("campaign/gifts_due", `SELECT id FROM campaign_gifts WHERE state = 'waiting' AND look_at <= $1 ORDER BY look_at LIMIT 200`)
	qGiftLock  = db.Q("campaign/gift_lock", `SELECT campaign_id FROM campaign_gifts WHERE id = $1 AND state = 'waiting' /*for_update*/`)
	qGiftOne   = db.Q("campaign/gift_one", `SELECT `+giftColumns+giftFrom+` WHERE g.id = $1`)
	qGiftEnd   = db.Q("campaign/gift_end", `UPDATE campaign_gifts SET state = $2, reason = $3, ended_at = $4 WHERE id = $1 AND state = 'waiting'`)
	qGiftLater = db.Q("campaign/gift_later", `UPDATE campaign_gifts SET look_at = $2 WHERE id = $1 AND state = 'waiting'`)
	qForget    = db.Q("campaign/forget", `UPDATE campaign_gifts SET device = '' WHERE device <> '' AND campaign_id IN (SELECT id FROM campaigns WHERE ends_at < $1)`)

	qTotals = db.Q("campaign/totals", `SELECT (SELECT COUNT(DISTINCT s.user_id) FROM shares s WHERE s.kind = 'campaign' AND s.target_id = $1) AS sharers,
		(SELECT COUNT(*) FROM campaign_helps h WHERE h.campaign_id = $1) AS came,
		(SELECT COUNT(*) FROM campaign_helps h JOIN campaigns c ON c.id = h.campaign_id WHERE h.campaign_id = $1 AND (c.cause = 'join' AND h.joined_at > 0 OR c.cause = 'study' AND h.studied_at > 0 OR c.cause = 'both')) AS counted,
		(SELECT COUNT(*) FROM campaign_draws d WHERE d.campaign_id = $1) AS draws,
		(SELECT COUNT(*) FROM campaign_gifts g WHERE g.campaign_id = $1 AND g.state = 'given') AS given, (SELECT COUNT(*) FROM campaign_gifts g WHERE g.campaign_id = $1 AND g.state = 'waiting') AS waiting,
		(SELECT COUNT(*) FROM campaign_gifts g WHERE g.campaign_id = $1 AND g.state = 'refused') AS refused`)

	qSteps = db.Q("campaign/steps", `SELECT u.created_at, CASE WHEN u.phone_hash IS NOT NULL THEN 1 ELSE 0 END AS phone,
		(SELECT COUNT(*) FROM lesson_progress p WHERE p.user_id = u.id AND p.finished_at > 0) AS lessons,
		(SELECT COUNT(*) FROM daily_sign_ins d WHERE d.user_id = u.id) AS sign_ins,
		(SELECT CAST(COALESCE(SUM(d.studied_ms), 0) / 60000 AS BIGINT) FROM lesson_days d WHERE d.user_id = u.id) AS minutes FROM users u WHERE u.id = $1`)

	qMergeOwn     = db.Q("campaign/merge_own", `DELETE FROM campaign_helps WHERE user_id = $1 AND friend_id = $2 OR user_id = $2 AND friend_id = $1`)
	qMergeTwice   = db.Q("campaign/merge_twice", `DELETE FROM campaign_helps WHERE friend_id = $1 AND EXISTS (SELECT 1 FROM campaign_helps o WHERE o.friend_id = $2 AND o.campaign_id = campaign_helps.campaign_id)`)
	qMergeHelps   = db.Q("campaign/merge_helps", `UPDATE campaign_helps SET user_id = $2 WHERE user_id = $1`)
	qMergeFriend  = db.Q("campaign/merge_friend", `UPDATE campaign_helps SET friend_id = $2 WHERE friend_id = $1`)
	qMergeChances = db.Q("campaign/merge_chances", `UPDATE campaign_chances SET user_id = $2 WHERE user_id = $1`)
	qMergeDraws   = db.Q("campaign/merge_draws", `UPDATE campaign_draws SET user_id = $2, request = 'merged:' || CAST(id AS TEXT) WHERE user_id = $1`)
	qMergeGifts   = db.Q("campaign/merge_gifts", `UPDATE campaign_gifts SET user_id = $2 WHERE user_id = $1`)
)

var checks = []db.Check{
	{Invariant: 34, Name: "budget of a campaign and its gifts disagree", Q: db.Q("audit/campaign_budget", `SELECT 'campaign ' || CAST(c.id AS TEXT) AS row FROM campaigns c
		WHERE c.spent_count <> (SELECT COUNT(*) FROM campaign_gifts g WHERE g.campaign_id = c.id AND g.state <> 'refused')
		OR c.spent_fen <> (SELECT CAST(COALESCE(SUM(g.value_fen), 0) AS BIGINT) FROM campaign_gifts g WHERE g.campaign_id = c.id AND g.state <> 'refused')`)},
	{Invariant: 34, Name: "stock of a prize and its gifts disagree", Q: db.Q("audit/campaign_stock", `SELECT 'prize ' || CAST(p.id AS TEXT) AS row FROM campaign_prizes p
		WHERE p.given <> (SELECT COUNT(*) FROM campaign_gifts g WHERE g.prize_id = p.id AND g.state <> 'refused')`)},
	{Invariant: 34, Name: "draw and its chance disagree", Q: db.Q("audit/campaign_draw", `SELECT 'chance ' || CAST(c.id AS TEXT) AS row FROM campaign_chances c
		WHERE (c.used_at > 0) <> (EXISTS (SELECT 1 FROM campaign_draws d WHERE d.chance_id = c.id))`)},
	{Invariant: 34, Name: "won draw without its gift", Q: db.Q("audit/campaign_won", `SELECT 'draw ' || CAST(d.id AS TEXT) AS row FROM campaign_draws d
		WHERE d.prize_id > 0 AND NOT EXISTS (SELECT 1 FROM campaign_gifts g WHERE g.cause = 'draw:' || CAST(d.id AS TEXT) AND g.prize_id = d.prize_id)`)},
	{Invariant: 34, Name: "odds of a running lottery that do not add up", Q: db.Q("audit/campaign_odds", `SELECT 'campaign ' || CAST(c.id AS TEXT) AS row FROM campaigns c
		WHERE c.kind = 'lottery' AND c.state = 'running' AND (SELECT COALESCE(SUM(p.odds_ppm), 0) FROM campaign_prizes p WHERE p.campaign_id = c.id) <> 1000000`)},
}

// Audit returns every row of the campaigns that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
