package certificate

import "zhizhou/internal/db"

const columns = `c.id, c.code, c.user_id, c.course_id, c.title, c.course_title, c.lessons, c.study_ms, c.score_permille, c.started_at, c.finished_at, c.nickname, c.shown,
	c.list_no, c.list_index, c.issued_at, c.revoked_at, c.revoke_kind, c.revoke_reason, n.name_sealed`

const from = ` FROM certificates c LEFT JOIN certificate_names n ON n.user_id = c.user_id `

// Lessons that are finished by a moment, of those that stood then.
const finishedBy = `SELECT COUNT(*) FROM lesson_progress p JOIN lessons l ON l.id = p.lesson_id WHERE p.user_id = $1 AND p.course_id = $2
	AND p.finished_at > 0 AND p.finished_at <= $3 AND (l.deleted_at = 0 OR l.deleted_at > $3)`

var (
	qRule     = db.Q("certificate/rule", `SELECT course_id, active, title, min_percent, min_minutes, version FROM certificate_rules WHERE course_id = $1`)
	qRuleSave = db.Q("certificate/rule_save", `INSERT INTO certificate_rules (course_id, active, title, min_percent, min_minutes, updated_at) VALUES ($1, $2, $3, $4, $5, $7)
		ON CONFLICT (course_id) DO UPDATE SET active = $2, title = $3, min_percent = $4, min_minutes = $5, version = certificate_rules.version + 1, updated_at = $7 WHERE certificate_rules.version = $6`)
	qRuleQuizzes = db.Q("certificate/rule_quizzes", `SELECT q.lesson_id, l.title FROM certificate_rule_quizzes q JOIN lessons l ON l.id = q.lesson_id AND l.deleted_at = 0 WHERE q.course_id = $1 ORDER BY q.lesson_id`)
	qRuleEmpty   = db.Q("certificate/rule_empty", `DELETE FROM certificate_rule_quizzes WHERE course_id = $1`)
	qRuleAsk     = db.Q("certificate/rule_ask", `INSERT INTO certificate_rule_quizzes (course_id, lesson_id) SELECT $1, id FROM lessons WHERE id = $2 AND course_id = $1 AND form = 'quiz' AND deleted_at = 0`)

	qLessonCount = db.Q("certificate/lesson_count", `SELECT COUNT(*) FROM lessons WHERE course_id = $1 AND deleted_at = 0 AND released_at > 0`)
	qCounted     = db.Q("certificate/counted", `SELECT (`+finishedBy+`) AS lessons,
		(SELECT CAST(COALESCE(MAX(finished_at), 0) AS BIGINT) FROM lesson_progress WHERE user_id = $1 AND course_id = $2 AND finished_at <= $3) AS finished_at,
		(SELECT CAST(COALESCE(SUM(credited_ms), 0) AS BIGINT) FROM study_sessions WHERE user_id = $1 AND course_id = $2 AND started_at <= $3) AS study_ms,
		(SELECT CAST(COALESCE(SUM(credited_ms), 0) AS BIGINT) FROM study_sessions WHERE user_id = $1 AND course_id = $2 AND last_at <= $3) AS settled_ms,
		(SELECT CAST(COALESCE(MIN(started_at), 0) AS BIGINT) FROM lesson_progress WHERE user_id = $1 AND course_id = $2) AS started_at`)
	qBest = db.Q("certificate/best", `SELECT id AS attempt_id, score_centi, max_centi FROM quiz_attempts WHERE user_id = $1 AND lesson_id = $2 AND passed ORDER BY score_centi * 1000 / max_centi DESC, id LIMIT 1`)

	qInsert = db.Q("certificate/insert", `INSERT INTO certificates (id, code, user_id, course_id, title, course_title, lessons, study_ms, score_permille, started_at, finished_at, nickname, shown, list_no, list_index, issued_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING`)
	qScoreInsert = db.Q("certificate/score_insert", `INSERT INTO certificate_scores (certificate_id, attempt_id, score_centi, max_centi) VALUES ($1, $2, $3, $4)`)
	qScores      = db.Q("certificate/scores", `SELECT CAST(COALESCE(SUM(a.score_centi), 0) AS BIGINT) AS score_centi, CAST(COALESCE(SUM(a.max_centi), 0) AS BIGINT) AS max_centi
		FROM certificate_scores x JOIN quiz_attempts a ON a.id = x.attempt_id AND a.passed WHERE x.certificate_id = $1`)
	qBearer      = db.Q("certificate/bearer", `SELECT u.nickname, (SELECT COUNT(*) FROM certificate_names n WHERE n.user_id = u.id) AS named FROM users u WHERE u.id = $1`)
	qCourseTitle = db.Q("certificate/course_title", `SELECT title FROM courses WHERE id = $1`)
	qTaken       = db.Q("certificate/taken", `SELECT COUNT(*) FROM certificates`)

	qByCode = db.Q("certificate/by_code", `SELECT `+columns+from+`WHERE c.code = $1`)
	qByID   = db.Q("certificate/by_id", `SELECT `+columns+from+`WHERE c.id = $1`)
	qLatest = db.Q("certificate/latest", `SELECT `+columns+from+`WHERE c.user_id = $1 AND c.course_id = $2 ORDER BY c.id DESC LIMIT 1`)
	qOfUser = db.Q("certificate/of_user", `SELECT `+columns+from+`WHERE c.user_id = $1 AND c.revoke_kind NOT IN ('reissued', 'merged') ORDER BY c.id DESC LIMIT 500`)
	qActive = db.Q("certificate/active", `SELECT `+columns+from+`WHERE c.user_id = $1 AND c.revoked_at = 0 ORDER BY c.id`)
	qOf     = db.Q("certificate/of_course", `SELECT `+columns+from+`WHERE c.course_id = $1 AND (CAST($2 AS BIGINT) = 0 OR c.id < $2) ORDER BY c.id DESC LIMIT $3`)

	qShow   = db.Q("certificate/show", `UPDATE certificates SET shown = $3 WHERE id = $1 AND user_id = $2 AND revoked_at = 0`)
	qRevoke = db.Q("certificate/revoke", `UPDATE certificates SET revoked_at = $2, revoke_kind = $3, revoke_reason = $4 WHERE id = $1 AND revoked_at = 0`)
	qName   = db.Q("certificate/name", `SELECT name_sealed FROM certificate_names WHERE user_id = $1`)
	qNamed  = db.Q("certificate/named", `INSERT INTO certificate_names (user_id, name_sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
	qRename = db.Q("certificate/rename", `UPDATE certificate_names SET name_sealed = $2 WHERE user_id = $1`)

	qBits   = db.Q("certificate/bits", `SELECT list_index FROM certificates WHERE list_no = $1 AND revoked_at > 0`)
	qBitsAt = db.Q("certificate/bits_at", `SELECT CAST(COALESCE(MIN(issued_at), 0) AS BIGINT) FROM certificates WHERE list_no = $1`)

	qKeys      = db.Q("certificate/keys", `SELECT id, public, private_sealed, active, created_at FROM certificate_keys ORDER BY id DESC`)
	qKeyInsert = db.Q("certificate/key_insert", `INSERT INTO certificate_keys (id, public, private_sealed, active, created_at) VALUES ($1, $2, $3, TRUE, $4) ON CONFLICT DO NOTHING`)
	qKeyRetire = db.Q("certificate/key_retire", `UPDATE certificate_keys SET active = FALSE WHERE active`)

	qMergeBoth  = db.Q("certificate/merge_both", `SELECT a.id FROM certificates a JOIN certificates b ON b.course_id = a.course_id AND b.user_id = $2 AND b.revoked_at = 0 WHERE a.user_id = $1 AND a.revoked_at = 0`)
	qMerge      = db.Q("certificate/merge", `UPDATE certificates SET user_id = $2 WHERE user_id = $1`)
	qMergeName  = db.Q("certificate/merge_name", `INSERT INTO certificate_names (user_id, name_sealed, created_at) SELECT $2, name_sealed, created_at FROM certificate_names WHERE user_id = $1 ON CONFLICT DO NOTHING`)
	qMergeClean = db.Q("certificate/merge_clean", `DELETE FROM certificate_names WHERE user_id = $1`)
)
