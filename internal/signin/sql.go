package signin

import (
	"context"

	"zhizhou/internal/db"
)

const dayColumns = `d.day, d.ordinal, CASE WHEN d.made_up THEN 1 ELSE 0 END AS made_up, d.points, d.created_at`

var (
	qOpen     = db.Q("signin/open", `INSERT INTO sign_in_streaks (user_id) VALUES ($1) ON CONFLICT DO NOTHING`)
	qLock     = db.Q("signin/lock", `SELECT user_id, last, streak, best, total FROM sign_in_streaks WHERE user_id = $1 /*for_update*/`)
	qRow      = db.Q("signin/row", `SELECT user_id, last, streak, best, total FROM sign_in_streaks WHERE user_id = $1`)
	qSet      = db.Q("signin/set", `UPDATE sign_in_streaks SET last = $2, streak = $3, best = $4, total = $5 WHERE user_id = $1`)
	qInsert   = db.Q("signin/insert", `INSERT INTO daily_sign_ins (user_id, day, ordinal, made_up, points, created_at) VALUES ($1, $2, $3, $4, $5, $6)`)
	qDays     = db.Q("signin/days", `SELECT `+dayColumns+` FROM daily_sign_ins d WHERE d.user_id = $1 AND d.ordinal >= $2 ORDER BY d.ordinal`)
	qSince    = db.Q("signin/since", `SELECT created_at FROM users WHERE id = $1`)
	qMadeUp   = db.Q("signin/made_up", `SELECT COUNT(*) FROM daily_sign_ins WHERE user_id = $1 AND made_up AND created_at >= $2`)
	qOrdinals = db.Q("signin/ordinals", `SELECT ordinal FROM daily_sign_ins WHERE user_id = $1 ORDER BY ordinal`)

	qTwice     = db.Q("signin/twice", `SELECT `+dayColumns+` FROM daily_sign_ins d JOIN daily_sign_ins o ON o.user_id = $2 AND o.ordinal = d.ordinal AND o.points > 0 WHERE d.user_id = $1 AND d.points > 0 ORDER BY d.ordinal`)
	qDropTwice = db.Q("signin/drop_twice", `DELETE FROM daily_sign_ins WHERE user_id = $1 AND EXISTS (SELECT 1 FROM daily_sign_ins o WHERE o.user_id = $2 AND o.ordinal = daily_sign_ins.ordinal)`)
	qMove      = db.Q("signin/move", `UPDATE daily_sign_ins SET user_id = $2 WHERE user_id = $1`)
	qDropRow   = db.Q("signin/drop_row", `DELETE FROM sign_in_streaks WHERE user_id = $1`)
)

var checks = []db.Check{
	{Invariant: 33, Name: "days in a row are not those signed in on", Q: db.Q("audit/sign_in_row", `SELECT 'user ' || CAST(r.user_id AS TEXT) AS row FROM sign_in_streaks r
		WHERE r.last <> COALESCE((SELECT MAX(d.ordinal) FROM daily_sign_ins d WHERE d.user_id = r.user_id), 0)
		OR r.total <> (SELECT COUNT(*) FROM daily_sign_ins d WHERE d.user_id = r.user_id)
		OR r.last > 0 AND r.streak <> r.last + 1 - (SELECT MAX(d.ordinal) FROM daily_sign_ins d WHERE d.user_id = r.user_id
			AND NOT EXISTS (SELECT 1 FROM daily_sign_ins b WHERE b.user_id = d.user_id AND b.ordinal = d.ordinal - 1))`)},
	{Invariant: 33, Name: "points of a sign-in that were not given", Q: db.Q("audit/sign_in_points", `SELECT 'user ' || CAST(d.user_id AS TEXT) || ' day ' || CAST(d.day AS TEXT) AS row FROM daily_sign_ins d
		WHERE d.points > 0 AND NOT EXISTS (SELECT 1 FROM point_moves m WHERE m.user_id = d.user_id AND m.kind = 'earn' AND m.cause LIKE 'sign_in:%:' || CAST(d.ordinal AS TEXT) AND m.points - m.owed = d.points)`)},
}

// Audit returns every row of the sign-ins that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
