package rating

import (
	"zhizhou/internal/access"
	"zhizhou/internal/db"
)

const columns = `r.id, r.user_id, r.course_id, r.stars, r.body, r.state, r.reason, CASE WHEN r.kept THEN 1 ELSE 0 END AS kept, r.reply, r.reply_by, r.reply_name, r.replied_at, r.version, r.created_at, r.updated_at`

const named = columns + `, u.nickname, c.title AS course_title FROM ratings r JOIN users u ON u.id = r.user_id JOIN courses c ON c.id = r.course_id`

// free is the condition under which a course costs nothing: it is everybody's.
func free(course string) string {
	return `EXISTS (SELECT 1 FROM products f JOIN skus k ON k.product_id = f.id WHERE f.kind = 'course' AND f.course_id = ` + course + ` AND k.active AND NOT k.trial AND k.price_fen = 0)`
}

// keeps is the condition under which the author of a rating r keeps the course: what
// opened it was not taken back, or nothing was, since it was free.
func keeps() string {
	opened := `EXISTS (SELECT 1 FROM grants g WHERE g.user_id = r.user_id AND ` + access.OpensCourse("r.course_id")
	return `(` + opened + ` AND g.revoked_at = 0) OR NOT ` + opened + `) OR ` + free("r.course_id") + `)`
}

var (
	// What opens the course to its learner and was not taken back: live, or run out. It
	// is locked, so that a refund waits for the rating, or the rating for the refund.
	qHeld = db.Q("rating/held", `SELECT g.id FROM grants g WHERE g.user_id = $1 AND g.revoked_at = 0 AND `+access.OpensCourse("$2")+` ORDER BY g.id /*for_update*/`)
	qHad  = db.Q("rating/had", `SELECT CASE WHEN EXISTS (SELECT 1 FROM grants g WHERE g.user_id = $1 AND g.revoked_at = 0 AND `+access.OpensCourse("$2")+`) OR `+free("$2")+` THEN 1 ELSE 0 END`)
	qFree = db.Q("rating/free", `SELECT CASE WHEN `+free("$1")+` THEN 1 ELSE 0 END`)
	// 2: studied and free to rate; 1: it is the learner's own course.
	qMay = db.Q("rating/may", `SELECT CASE WHEN EXISTS (SELECT 1 FROM courses c JOIN instructor_applications a ON a.instructor_id = c.instructor_id WHERE c.id = $2 AND c.instructor_id > 0 AND a.user_id = $1 AND a.state = 'approved') THEN 1
		WHEN EXISTS (SELECT 1 FROM lesson_progress p WHERE p.user_id = $1 AND p.course_id = $2 AND p.finished_at > 0) THEN 2
		WHEN COALESCE((SELECT SUM(t.credited_ms) FROM study_sessions t WHERE t.user_id = $1 AND t.course_id = $2), 0) >= CAST($3 AS BIGINT) THEN 2 ELSE 0 END`)

	qInsert = db.Q("rating/insert", `INSERT INTO ratings (id, user_id, course_id, stars, body, state, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT DO NOTHING`)
	qUpdate = db.Q("rating/update", `UPDATE ratings SET stars = $4, body = $5, state = $6, reason = $7, kept = TRUE, version = version + 1, decided_by = CASE WHEN $8 THEN decided_by ELSE 0 END, decided_at = CASE WHEN $8 THEN decided_at ELSE 0 END, updated_at = $9
		WHERE id = $1 AND user_id = $2 AND version = $3`)
	qDelete = db.Q("rating/delete", `DELETE FROM ratings WHERE id = $1`)
	qOwn    = db.Q("rating/own", `SELECT `+columns+` FROM ratings r WHERE r.user_id = $1 AND r.course_id = $2`)
	qLock   = db.Q("rating/lock", `SELECT `+columns+` FROM ratings r WHERE r.user_id = $1 AND r.course_id = $2 /*for_update*/`)
	qOne    = db.Q("rating/one", `SELECT `+named+` WHERE r.id = $1 AND (CAST($2 AS BIGINT) = 0 OR c.instructor_id = $2)`)
	qShown  = db.Q("rating/shown", `SELECT `+named+` WHERE r.course_id = $1 AND r.state = 'shown' AND r.kept AND (CAST($2 AS BIGINT) = 0 OR r.id < $2) AND (CAST($3 AS BIGINT) = 0 OR r.stars = $3) ORDER BY r.id DESC LIMIT $4`)
	qDesk   = db.Q("rating/desk", `SELECT `+named+` WHERE (CAST($1 AS BIGINT) = 0 OR c.instructor_id = $1) AND (CAST($2 AS BIGINT) = 0 OR r.course_id = $2) AND (CAST($3 AS BIGINT) = 0 OR r.stars = $3)
		AND (CAST($4 AS TEXT) = '' OR r.state = $4) AND (CAST($5 AS BIGINT) = 0 OR r.id < $5) ORDER BY r.id DESC LIMIT $6`)
	qQueue = db.Q("rating/queue", `SELECT `+named+` WHERE r.state = $1 AND (CAST($2 AS BIGINT) = 0 OR c.instructor_id = $2) AND (CAST($3 AS BIGINT) = 0 OR r.course_id = $3) AND r.id > $4 ORDER BY r.id LIMIT $5`)

	qDecide = db.Q("rating/decide", `UPDATE ratings SET state = $3, reason = $4, decided_by = $5, decided_at = $6 WHERE id = $1 AND version = $2 AND state IN ('pending', 'shown', 'hidden') AND state <> $3`)
	qReply  = db.Q("rating/reply", `UPDATE ratings SET reply = $3, reply_by = $4, reply_name = $5, replied_at = $6 WHERE id = $1 AND replied_at = $2 AND body <> ''`)

	qTotalNew = db.Q("rating/total_new", `INSERT INTO course_ratings (course_id) VALUES ($1) ON CONFLICT DO NOTHING`)
	qTotalAdd = db.Q("rating/total_add", `UPDATE course_ratings SET one = one + $2, two = two + $3, three = three + $4, four = four + $5, five = five + $6 WHERE course_id = $1`)
	qTotal    = db.Q("rating/total", `SELECT one, two, three, four, five FROM course_ratings WHERE course_id = $1`)

	qLockAll = db.Q("rating/lock_all", `SELECT id FROM ratings WHERE user_id = $1 ORDER BY course_id /*for_update*/`)
	qKeeps   = db.Q("rating/keeps", `SELECT `+columns+`, CASE WHEN `+keeps()+` THEN 1 ELSE 0 END AS keeps
		FROM ratings r WHERE r.user_id = $1 ORDER BY r.course_id`)
	qKept  = db.Q("rating/kept", `UPDATE ratings SET kept = $2 WHERE id = $1 AND kept <> $2`)
	qBack  = db.Q("rating/back", `SELECT DISTINCT r.user_id FROM ratings r WHERE NOT r.kept AND r.user_id > $1 AND `+keeps()+` ORDER BY r.user_id LIMIT $2`)
	qTwice = db.Q("rating/twice", `SELECT `+columns+` FROM ratings r WHERE r.user_id = $1 AND EXISTS (SELECT 1 FROM ratings o WHERE o.user_id = $2 AND o.course_id = r.course_id) ORDER BY r.course_id`)
	qMove  = db.Q("rating/move", `UPDATE ratings SET user_id = $2 WHERE user_id = $1`)
)
