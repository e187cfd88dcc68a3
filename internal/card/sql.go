package card

import "zhizhou/internal/db"

const columns = `c.id, c.code, c.user_id, c.kind, c.course_id, c.part_id, c.facts AS facts_text, c.signature, c.key_id, c.nickname, c.shown, c.revoked_at, c.revoke_kind, c.revoke_reason, c.issued_at`

// left counts the lessons out of l that a user has not finished.
const left = `l.deleted_at = 0 AND l.released_at > 0 AND NOT EXISTS (SELECT 1 FROM lesson_progress p WHERE p.user_id = $1 AND p.lesson_id = l.id AND p.finished_at > 0)`

// had says of a card that its milestone is not reached again: the card stands, or the
// school took it back for what was done. What a refund took back may be earned anew.
const had = `(c.revoked_at = 0 OR c.revoke_kind = 'staff')`

var (
	qReached = db.Q("card/reached", `SELECT x.form, x.chapter_id,
		(SELECT COUNT(*) FROM lessons l WHERE l.chapter_id = x.chapter_id AND `+left+`) AS chapter_left,
		(SELECT COUNT(*) FROM lessons l WHERE l.course_id = $3 AND `+left+`) AS course_left,
		(SELECT COUNT(*) FROM courses c WHERE c.id = $3 AND c.form = 'column' AND (c.planned_count = 0 OR c.planned_count > (SELECT COUNT(*) FROM lessons l WHERE l.course_id = c.id AND l.deleted_at = 0 AND l.released_at > 0))) AS goes_on,
		(SELECT COUNT(*) FROM lessons l WHERE l.chapter_id = x.chapter_id AND l.deleted_at = 0 AND l.released_at > 0) AS chapter_size,
		(SELECT CAST(COALESCE(SUM(d.studied_ms), 0) AS BIGINT) FROM lesson_days d WHERE d.user_id = $1) AS total_ms,
		(SELECT COALESCE(MAX(c.part_id), 0) FROM cards c WHERE c.user_id = $1 AND c.kind = 'hours' AND `+had+`) AS hours
		FROM lessons x WHERE x.id = $2`)
	qHave  = db.Q("card/have", `SELECT COUNT(*) FROM cards c WHERE c.user_id = $1 AND c.ref = $2 AND `+had)
	qNames = db.Q("card/names", `SELECT c.title, COALESCE(i.name, '') AS teacher, (SELECT COUNT(*) FROM lessons l WHERE l.course_id = c.id AND l.deleted_at = 0 AND l.released_at > 0) AS lessons_all,
		COALESCE(CASE WHEN $2 IN ('lesson', 'quiz') THEN (SELECT l.title FROM lessons l WHERE l.id = $3) WHEN $2 = 'chapter' THEN (SELECT h.title FROM chapters h WHERE h.id = $3)
			WHEN $2 = 'certificate' THEN (SELECT t.title FROM certificates t WHERE t.id = $3) END, '') AS part
		FROM courses c LEFT JOIN instructors i ON i.id = c.instructor_id WHERE c.id = $1`)
	qBadgeWon  = db.Q("card/badge_won", `SELECT won_at FROM badges WHERE user_id = $1 AND rule_id = $2`)
	qBadgeName = db.Q("card/badge_name", `SELECT name FROM badge_rules WHERE id = $1`)
	qLessonsBy = db.Q("card/lessons_by", `SELECT COUNT(*) FROM lesson_progress p JOIN lessons l ON l.id = p.lesson_id WHERE p.user_id = $1 AND (CAST($2 AS BIGINT) = 0 OR p.course_id = $2)
		AND p.finished_at > 0 AND p.finished_at <= $3 AND (l.deleted_at = 0 OR l.deleted_at > $3)`)
	qDaysOf = db.Q("card/days_of", `SELECT d.day, CAST(SUM(d.studied_ms) AS BIGINT) AS studied_ms FROM lesson_days d JOIN lessons l ON l.id = d.lesson_id
		WHERE d.user_id = $1 AND (CAST($2 AS BIGINT) = 0 OR l.course_id = $2) AND (CAST($3 AS BIGINT) = 0 OR d.lesson_id = $3) AND (CAST($4 AS BIGINT) = 0 OR l.chapter_id = $4) AND d.day <= $5
		GROUP BY d.day ORDER BY d.day`)
	qPassed = db.Q("card/passed", `SELECT score_centi, max_centi FROM quiz_attempts WHERE user_id = $1 AND lesson_id = $2 AND passed AND submitted_at <= $3 ORDER BY score_centi * 1000 / max_centi DESC, id LIMIT 1`)
	// As the last one shows it: who once hid the name means the next one too.
	qOwner = db.Q("card/owner", `SELECT u.nickname, COALESCE((SELECT c.shown FROM cards c WHERE c.user_id = u.id ORDER BY c.id DESC LIMIT 1), 'nickname') AS shown FROM users u WHERE u.id = $1`)

	qInsert = db.Q("card/insert", `INSERT INTO cards (id, code, user_id, kind, ref, course_id, part_id, facts, signature, key_id, nickname, shown, issued_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`)
	qByCode = db.Q("card/by_code", `SELECT `+columns+` FROM cards c WHERE c.code = $1`)
	qOwn    = db.Q("card/own", `SELECT `+columns+` FROM cards c WHERE c.id = $1 AND c.user_id = $2`)
	qMine   = db.Q("card/mine", `SELECT `+columns+` FROM cards c WHERE c.user_id = $1 AND c.revoke_kind <> 'merged' AND (CAST($2 AS BIGINT) = 0 OR c.id < $2) ORDER BY c.id DESC LIMIT $3`)
	// Whoever shows a nickname shows the one they have now: it is none of the signed facts.
	qShow = db.Q("card/show", `UPDATE cards SET shown = $3, nickname = (SELECT u.nickname FROM users u WHERE u.id = $2) WHERE id = $1 AND user_id = $2 AND revoked_at = 0`)

	qCourses      = db.Q("card/courses", `SELECT DISTINCT course_id FROM cards WHERE user_id = $1 AND course_id > 0 AND revoked_at = 0 ORDER BY course_id`)
	qRevokeCourse = db.Q("card/revoke_course", `UPDATE cards SET revoked_at = $3, revoke_kind = $4, revoke_reason = $5 WHERE user_id = $1 AND course_id = $2 AND revoked_at = 0`)
	qRevokeFallen = db.Q("card/revoke_fallen", `UPDATE cards SET revoked_at = $2, revoke_kind = $3, revoke_reason = $4 WHERE kind = 'certificate' AND part_id = $1 AND revoked_at = 0`)
	qRevokeDays   = db.Q("card/revoke_days", `UPDATE cards SET revoked_at = $2, revoke_kind = $3, revoke_reason = $4 WHERE kind = 'days' AND part_id = $1 AND revoked_at = 0`)
	qRevokeTwice  = db.Q("card/revoke_twice", `UPDATE cards SET revoked_at = $3, revoke_kind = 'merged', revoke_reason = '账号合并'
		WHERE user_id = $1 AND revoked_at = 0 AND EXISTS (SELECT 1 FROM cards o WHERE o.user_id = $2 AND o.ref = cards.ref AND o.revoked_at = 0)`)
	qRevokeOne = db.Q("card/revoke_one", `UPDATE cards SET revoked_at = $2, revoke_kind = 'staff', revoke_reason = $3 WHERE id = $1 AND revoked_at = 0`)
	qMove      = db.Q("card/move", `UPDATE cards SET user_id = $2 WHERE user_id = $1`)
)
