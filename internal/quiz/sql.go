package quiz

import "zhizhou/internal/db"

const questionColumns = `q.id, q.kind, q.stem, q.options, q.answer, q.explanation, q.difficulty, q.points, q.instructor_id, q.version, q.updated_at,
	COALESCE((SELECT string_agg(t.tag, ',') FROM question_tags t WHERE t.question_id = q.id), '') AS tags`

// A question is in use where a lesson that still stands asks it.
const uses = `(SELECT COUNT(*) FROM paper_questions p JOIN lessons l ON l.id = p.lesson_id AND l.deleted_at = 0 WHERE p.question_id = q.id)
	+ (SELECT COUNT(*) FROM quiz_points v JOIN lessons l ON l.id = v.lesson_id AND l.deleted_at = 0 WHERE v.question_id = q.id) AS uses`

const attemptColumns = `id, user_id, lesson_id, course_id, no, state, pass_permille, max_centi, score_centi, passed, started_at, deadline_at, saved_at, submitted_at`

const wrongColumns = `w.id AS wrong_id, w.lesson_id, w.times, w.missed_at, l.title AS lesson_title, l.course_id, c.title AS course_title, COALESCE(p.show_answers, 'submitted') AS show_answers,
	EXISTS (SELECT 1 FROM quiz_attempts a WHERE a.user_id = $1 AND a.lesson_id = w.lesson_id AND a.passed) AS passed, ` + questionColumns + `, 0 AS uses
	FROM wrong_questions w JOIN questions q ON q.id = w.question_id AND q.deleted_at = 0 JOIN lessons l ON l.id = w.lesson_id JOIN courses c ON c.id = l.course_id
	LEFT JOIN papers p ON p.lesson_id = w.lesson_id`

var (
	qQuestions = db.Q("quiz/questions", `SELECT `+questionColumns+`, `+uses+` FROM questions q WHERE q.deleted_at = 0 AND (CAST($1 AS BIGINT) = 0 OR q.instructor_id = $1)
		AND ($2 = '' OR q.kind = $2) AND ($3 = '' OR EXISTS (SELECT 1 FROM question_tags t WHERE t.question_id = q.id AND t.tag = $3))
		AND (CAST($4 AS BIGINT) = 0 OR q.difficulty = $4) AND ($5 = '' OR q.folded LIKE $5) AND (CAST($6 AS BIGINT) = 0 OR q.id < $6) ORDER BY q.id DESC LIMIT $7`)
	qQuestion       = db.Q("quiz/question", `SELECT `+questionColumns+`, `+uses+` FROM questions q WHERE q.id = $1 AND q.deleted_at = 0`)
	qQuestionLock   = db.Q("quiz/question_lock", `SELECT `+questionColumns+`, `+uses+` FROM questions q WHERE q.id = $1 AND q.deleted_at = 0 /*for_update*/`)
	qQuestionInsert = db.Q("quiz/question_insert", `INSERT INTO questions (id, kind, stem, options, answer, explanation, folded, difficulty, points, instructor_id, import_key, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) ON CONFLICT DO NOTHING`)
	qQuestionUpdate = db.Q("quiz/question_update", `UPDATE questions SET stem = $3, options = $4, answer = $5, explanation = $6, folded = $7, difficulty = $8, points = $9, version = version + 1, updated_at = $10
		WHERE id = $1 AND version = $2 AND deleted_at = 0`)
	qQuestionDelete = db.Q("quiz/question_delete", `UPDATE questions SET deleted_at = $2, import_key = '' WHERE id = $1 AND deleted_at = 0`)
	qTag            = db.Q("quiz/tag", `INSERT INTO question_tags (question_id, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	qUntag          = db.Q("quiz/untag", `DELETE FROM question_tags WHERE question_id = $1`)
	qTags           = db.Q("quiz/tags", `SELECT t.tag, COUNT(*) AS n FROM question_tags t JOIN questions q ON q.id = t.question_id AND q.deleted_at = 0
		WHERE (CAST($1 AS BIGINT) = 0 OR q.instructor_id = $1) GROUP BY t.tag ORDER BY COUNT(*) DESC, t.tag LIMIT 200`)
	qPool = db.Q("quiz/pool", `SELECT q.id FROM questions q WHERE q.deleted_at = 0 AND (CAST($1 AS BIGINT) = 0 OR q.instructor_id = $1) AND ($2 = '' OR q.kind = $2)
		AND ($3 = '' OR EXISTS (SELECT 1 FROM question_tags t WHERE t.question_id = q.id AND t.tag = $3)) AND q.difficulty BETWEEN $4 AND $5 ORDER BY q.id DESC LIMIT $6`)

	qPaper     = db.Q("quiz/paper", `SELECT lesson_id, mode, pool_id, time_limit_s, attempts_limit, pass_permille, shuffle_questions, shuffle_options, show_answers, version FROM papers WHERE lesson_id = $1`)
	qPaperLock = db.Q("quiz/paper_lock", `SELECT lesson_id, mode, pool_id, time_limit_s, attempts_limit, pass_permille, shuffle_questions, shuffle_options, show_answers, version FROM papers WHERE lesson_id = $1 /*for_update*/`)
	qPaperSave = db.Q("quiz/paper_save", `INSERT INTO papers (lesson_id, mode, pool_id, time_limit_s, attempts_limit, pass_permille, shuffle_questions, shuffle_options, show_answers, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $11) ON CONFLICT (lesson_id) DO UPDATE SET mode = $2, pool_id = $3, time_limit_s = $4, attempts_limit = $5, pass_permille = $6,
		shuffle_questions = $7, shuffle_options = $8, show_answers = $9, version = papers.version + 1, updated_at = $11 WHERE papers.version = $10`)
	qPaperQuestions = db.Q("quiz/paper_questions", `SELECT question_id, points FROM paper_questions WHERE lesson_id = $1 ORDER BY position`)
	qPaperRules     = db.Q("quiz/paper_rules", `SELECT tag, kind, min_difficulty, max_difficulty, count, points FROM paper_rules WHERE lesson_id = $1 ORDER BY position`)
	qPaperEmpty     = db.Q("quiz/paper_empty", `DELETE FROM paper_questions WHERE lesson_id = $1`)
	qPaperUnrule    = db.Q("quiz/paper_unrule", `DELETE FROM paper_rules WHERE lesson_id = $1`)
	qPaperAsk       = db.Q("quiz/paper_ask", `INSERT INTO paper_questions (lesson_id, question_id, position, points) VALUES ($1, $2, $3, $4)`)
	qPaperRule      = db.Q("quiz/paper_rule", `INSERT INTO paper_rules (lesson_id, position, tag, kind, min_difficulty, max_difficulty, count, points) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qAsks           = db.Q("quiz/asks", `SELECT (SELECT COUNT(*) FROM paper_questions WHERE lesson_id = $1) + (SELECT COUNT(*) FROM paper_rules WHERE lesson_id = $1)`)

	qAttempt       = db.Q("quiz/attempt", `SELECT `+attemptColumns+`, sheet, replies FROM quiz_attempts WHERE id = $1`)
	qAttemptLock   = db.Q("quiz/attempt_lock", `SELECT `+attemptColumns+`, sheet, replies FROM quiz_attempts WHERE id = $1 /*for_update*/`)
	qAttemptOpen   = db.Q("quiz/attempt_open", `SELECT `+attemptColumns+`, sheet, replies FROM quiz_attempts WHERE user_id = $1 AND lesson_id = $2 AND state = 'started' /*for_update*/`)
	qAttemptsOf    = db.Q("quiz/attempts_of", `SELECT `+attemptColumns+` FROM quiz_attempts WHERE user_id = $1 AND lesson_id = $2 ORDER BY no DESC LIMIT 200`)
	qAttemptCount  = db.Q("quiz/attempt_count", `SELECT CAST(COALESCE(MAX(no), 0) AS BIGINT) FROM quiz_attempts WHERE user_id = $1 AND lesson_id = $2`)
	qAttemptInsert = db.Q("quiz/attempt_insert", `INSERT INTO quiz_attempts (id, user_id, lesson_id, course_id, no, state, sheet, pass_permille, max_centi, started_at, deadline_at)
		VALUES ($1, $2, $3, $4, $5, 'started', $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`)
	qAttemptSave  = db.Q("quiz/attempt_save", `UPDATE quiz_attempts SET replies = $2, saved_at = $3 WHERE id = $1 AND state = 'started'`)
	qAttemptClose = db.Q("quiz/attempt_close", `UPDATE quiz_attempts SET state = $2, score_centi = $3, passed = $4, submitted_at = $5 WHERE id = $1 AND state = 'started'`)
	qAnswerInsert = db.Q("quiz/answer_insert", `INSERT INTO quiz_answers (attempt_id, no, question_id, state, score_centi, max_centi) VALUES ($1, $2, $3, $4, $5, $6)`)
	qAnswers      = db.Q("quiz/answers", `SELECT no, question_id, state, score_centi, max_centi, comment FROM quiz_answers WHERE attempt_id = $1 ORDER BY no`)
	qPassed       = db.Q("quiz/passed", `SELECT COUNT(*) FROM quiz_attempts WHERE user_id = $1 AND lesson_id = $2 AND passed`)
	qOverdue      = db.Q("quiz/overdue", `SELECT id, user_id FROM quiz_attempts WHERE state = 'started' AND deadline_at > 0 AND deadline_at < $1 ORDER BY deadline_at LIMIT $2`)
	qOpenOf       = db.Q("quiz/open_of", `SELECT `+attemptColumns+`, sheet, replies FROM quiz_attempts WHERE user_id = $1 AND state = 'started'`)

	qMissed = db.Q("quiz/missed", `INSERT INTO wrong_questions (id, user_id, question_id, lesson_id, missed_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (user_id, question_id) DO UPDATE SET lesson_id = $4, times = wrong_questions.times + 1, missed_at = $5, mastered_at = 0`)
	qMastered = db.Q("quiz/mastered", `UPDATE wrong_questions SET mastered_at = $3 WHERE user_id = $1 AND question_id = $2 AND mastered_at = 0`)
	qForget   = db.Q("quiz/forget", `UPDATE wrong_questions SET mastered_at = $3 WHERE user_id = $1 AND id = $2 AND mastered_at = 0`)
	qWrongs   = db.Q("quiz/wrongs", `SELECT `+wrongColumns+` WHERE w.user_id = $1 AND w.mastered_at = 0 AND (CAST($2 AS BIGINT) = 0 OR l.course_id = $2) AND (CAST($3 AS BIGINT) = 0 OR w.id < $3) ORDER BY w.id DESC LIMIT $4`)
	qWrong    = db.Q("quiz/wrong", `SELECT `+wrongColumns+` WHERE w.user_id = $1 AND w.id = $2`)

	qPoints       = db.Q("quiz/points", `SELECT id, lesson_id, at_ms, question_id FROM quiz_points WHERE lesson_id = $1 ORDER BY at_ms`)
	qPoint        = db.Q("quiz/point", `SELECT id, lesson_id, at_ms, question_id FROM quiz_points WHERE id = $1`)
	qPointsEmpty  = db.Q("quiz/points_empty", `DELETE FROM quiz_points WHERE lesson_id = $1`)
	qPointInsert  = db.Q("quiz/point_insert", `INSERT INTO quiz_points (id, lesson_id, at_ms, question_id) VALUES ($1, $2, $3, $4)`)
	qPointAnswers = db.Q("quiz/point_answers", `SELECT a.point_id, a.correct FROM quiz_point_answers a JOIN quiz_points p ON p.id = a.point_id WHERE a.user_id = $1 AND p.lesson_id = $2`)
	qPointAnswer  = db.Q("quiz/point_answer", `INSERT INTO quiz_point_answers (user_id, point_id, correct, answered_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`)

	qAttempts = db.Q("quiz/attempts", `SELECT a.id, a.user_id, a.lesson_id, a.course_id, a.no, a.state, a.pass_permille, a.max_centi, a.score_centi, a.passed, a.started_at, a.deadline_at, a.saved_at, a.submitted_at, u.nickname
		FROM quiz_attempts a JOIN users u ON u.id = a.user_id WHERE a.lesson_id = $1 AND ($2 = '' OR a.state = $2) AND (CAST($3 AS BIGINT) = 0 OR a.id < $3) ORDER BY a.id DESC LIMIT $4`)
	qNickname = db.Q("quiz/nickname", `SELECT nickname FROM users WHERE id = $1`)
	qMark     = db.Q("quiz/mark", `UPDATE quiz_answers SET state = 'marked', score_centi = $3, comment = $4, marked_by = $5, marked_at = $6
		WHERE attempt_id = $1 AND no = $2 AND state IN ('to_mark', 'marked') AND $3 BETWEEN 0 AND max_centi`)
	qSum = db.Q("quiz/sum", `SELECT CAST(SUM(score_centi) AS BIGINT) AS score_centi, COUNT(CASE WHEN state = 'to_mark' THEN 1 END) AS open FROM quiz_answers WHERE attempt_id = $1`)
	// A mark that is corrected may find the attempt submitted already.
	qTotal = db.Q("quiz/total", `UPDATE quiz_attempts SET state = $2, score_centi = $3, passed = $4 WHERE id = $1 AND state IN ('to_mark', 'submitted', 'expired')`)

	// One pass over the first attempts of a quiz, ranked by score; of a tie the
	// earlier is the better one.
	qStats = db.Q("quiz/stats", `WITH r AS (SELECT id, ROW_NUMBER() OVER (ORDER BY score_centi * 1000 / max_centi DESC, id) AS place, COUNT(*) OVER () AS n
			FROM quiz_attempts WHERE lesson_id = $1 AND no = 1 AND state IN ('submitted', 'expired')),
		g AS (SELECT id, CASE WHEN n < 4 THEN 0 WHEN place * 100 <= n * 27 + 73 THEN 1 WHEN (n - place + 1) * 100 <= n * 27 + 73 THEN -1 ELSE 0 END AS side FROM r)
		SELECT a.question_id, COUNT(*) AS n, CAST(SUM(a.score_centi) * 1000 / SUM(a.max_centi) AS BIGINT) AS difficulty,
			COUNT(CASE WHEN g.side = 1 THEN 1 END) AS upper_n, COUNT(CASE WHEN g.side = -1 THEN 1 END) AS lower_n,
			CAST(COALESCE(SUM(CASE WHEN g.side = 1 THEN a.score_centi END) * 1000 / SUM(CASE WHEN g.side = 1 THEN a.max_centi END), 0) AS BIGINT) AS upper,
			CAST(COALESCE(SUM(CASE WHEN g.side = -1 THEN a.score_centi END) * 1000 / SUM(CASE WHEN g.side = -1 THEN a.max_centi END), 0) AS BIGINT) AS lower
		FROM g JOIN quiz_answers a ON a.attempt_id = g.id GROUP BY a.question_id ORDER BY MIN(a.no), a.question_id LIMIT 500`)

	qOpenBoth = db.Q("quiz/open_both", `SELECT `+attemptColumns+`, sheet, replies FROM quiz_attempts WHERE user_id = $1 AND state = 'started'
		AND EXISTS (SELECT 1 FROM quiz_attempts o WHERE o.user_id = $2 AND o.lesson_id = quiz_attempts.lesson_id AND o.state = 'started')`)
	qMergeAttempts = db.Q("quiz/merge_attempts", `UPDATE quiz_attempts SET user_id = $2,
		no = no + (SELECT COALESCE(MAX(o.no), 0) FROM quiz_attempts o WHERE o.user_id = $2 AND o.lesson_id = quiz_attempts.lesson_id) WHERE user_id = $1`)
	qMergeWrongDrop  = db.Q("quiz/merge_wrong_drop", `DELETE FROM wrong_questions WHERE user_id = $1 AND question_id IN (SELECT question_id FROM wrong_questions WHERE user_id = $2)`)
	qMergeWrong      = db.Q("quiz/merge_wrong", `UPDATE wrong_questions SET user_id = $2 WHERE user_id = $1`)
	qMergePointsDrop = db.Q("quiz/merge_points_drop", `DELETE FROM quiz_point_answers WHERE user_id = $1 AND point_id IN (SELECT point_id FROM quiz_point_answers WHERE user_id = $2)`)
	qMergePoints     = db.Q("quiz/merge_points", `UPDATE quiz_point_answers SET user_id = $2 WHERE user_id = $1`)
)
