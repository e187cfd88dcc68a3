package shop

import (
	"context"

	"zhizhou/internal/db"
)

const (
	columns = `g.id, g.kind, g.ref_id, g.amount, g.title, g.words, g.body, g.price_points, g.stock, g.given, g.per_user, g.shown, g.on_h5, g.on_wechat, g.on_mini, g.position, g.version`
	taken   = `r.id, r.goods_id, r.user_id, r.points, r.at, g.kind, g.ref_id, g.title, g.body, u.nickname FROM shop_redemptions r JOIN shop_goods g ON g.id = r.goods_id JOIN users u ON u.id = r.user_id`
)

var (
	qShelf = db.Q("shop/shelf", `SELECT `+columns+`, (SELECT COUNT(*) FROM shop_redemptions r WHERE r.goods_id = g.id AND r.user_id = $1) AS mine, COALESCE(c.title, '') AS course_title
		FROM shop_goods g LEFT JOIN courses c ON g.kind = 'course' AND c.id = g.ref_id WHERE g.shown ORDER BY g.position, g.id LIMIT 100`)
	qList   = db.Q("shop/list", `SELECT `+columns+` FROM shop_goods g ORDER BY g.position, g.id LIMIT 500`)
	qLock   = db.Q("shop/lock", `SELECT `+columns+` FROM shop_goods g WHERE g.id = $1 /*for_update*/`)
	qInsert = db.Q("shop/insert", `INSERT INTO shop_goods (id, kind, ref_id, amount, title, words, body, price_points, stock, per_user, shown, on_h5, on_wechat, on_mini, position, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)`)
	qUpdate = db.Q("shop/update", `UPDATE shop_goods SET ref_id = $2, amount = $3, title = $4, words = $5, body = $6, price_points = $7, stock = $8, per_user = $9, shown = $10, on_h5 = $11, on_wechat = $12, on_mini = $13, position = $14,
		version = version + 1, updated_at = $15 WHERE id = $1 AND version = $16`)
	// The version stays: what staff edit is not what learners take.
	qTake    = db.Q("shop/take", `UPDATE shop_goods SET stock = stock - 1, given = given + 1 WHERE id = $1 AND stock > 0`)
	qCount   = db.Q("shop/count", `SELECT COUNT(*) FROM shop_redemptions WHERE goods_id = $1 AND user_id = $2`)
	qRedeem  = db.Q("shop/redeem", `INSERT INTO shop_redemptions (id, goods_id, user_id, request, points, at) VALUES ($1, $2, $3, $4, $5, $6)`)
	qByKey   = db.Q("shop/by_key", `SELECT `+taken+` WHERE r.user_id = $1 AND r.request = $2`)
	qMine    = db.Q("shop/mine", `SELECT `+taken+` WHERE r.user_id = $1 AND (CAST($2 AS BIGINT) = 0 OR r.id < $2) ORDER BY r.id DESC LIMIT $3`)
	qOwn     = db.Q("shop/own", `SELECT `+taken+` WHERE r.id = $1 AND r.user_id = $2`)
	qAll     = db.Q("shop/all", `SELECT `+taken+` WHERE (CAST($1 AS BIGINT) = 0 OR r.id < $1) ORDER BY r.id DESC LIMIT $2`)
	qMergeTo = db.Q("shop/merge", `UPDATE shop_redemptions SET user_id = $2, request = 'merged:' || CAST(id AS TEXT) WHERE user_id = $1`)
)

var checks = []db.Check{
	{Invariant: 34, Name: "goods of the points shop and what was exchanged disagree", Q: db.Q("audit/shop_given", `SELECT 'goods ' || CAST(g.id AS TEXT) AS row FROM shop_goods g
		WHERE g.given <> (SELECT COUNT(*) FROM shop_redemptions r WHERE r.goods_id = g.id)`)},
	{Invariant: 33, Name: "exchange without its points", Q: db.Q("audit/shop_points", `SELECT 'redemption ' || CAST(r.id AS TEXT) AS row FROM shop_redemptions r
		WHERE NOT EXISTS (SELECT 1 FROM point_moves m WHERE m.cause = 'shop:' || CAST(r.id AS TEXT) AND m.kind = 'spend' AND m.points = -r.points)`)},
}

// Audit returns every row of the points shop that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
