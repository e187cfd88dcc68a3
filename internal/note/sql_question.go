package note

import "zhizhou/internal/db"

const questionColumns = `q.id, q.user_id, q.course_id, q.lesson_id, q.place_kind, q.place, q.quote, q.body, q.state, q.reason, q.answers, q.staff_answers, q.accepted_id, q.version, q.created_at, q.updated_at`

const answerColumns = `a.id, a.question_id, a.user_id, a.staff_id, a.staff_name, a.body, a.state, a.reason, a.likes, a.version, a.created_at, a.updated_at`

const questionNamed = questionColumns + `, u.nickname, l.title AS lesson_title, c.title AS course_title
	FROM lesson_questions q JOIN users u ON u.id = q.user_id JOIN lessons l ON l.id = q.lesson_id JOIN courses c ON c.id = q.course_id`

const answerNamed = answerColumns + `, COALESCE(u.nickname, '') AS nickname FROM lesson_answers a LEFT JOIN users u ON u.id = a.user_id`

var (
	qAsk = db.Q("note/ask", `INSERT INTO lesson_questions (id, user_id, course_id, lesson_id, place_kind, place, quote, body, state, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`)
	qQuestion      = db.Q("note/question", `SELECT `+questionNamed+` WHERE q.id = $1 AND q.state <> 'deleted'`)
	qQuestionLock  = db.Q("note/question_lock", `SELECT `+questionColumns+` FROM lesson_questions q WHERE q.id = $1 AND q.state <> 'deleted' /*for_update*/`)
	qQuestions     = db.Q("note/questions", `SELECT `+questionNamed+` WHERE q.lesson_id = $1 AND q.state <> 'deleted' AND (q.state = 'shown' OR q.user_id = $2) AND (CAST($3 AS BIGINT) = 0 OR q.id < $3) ORDER BY q.id DESC LIMIT $4`)
	qQuestionsMine = db.Q("note/questions_mine", `SELECT `+questionNamed+` WHERE q.user_id = $1 AND q.state <> 'deleted' AND (CAST($2 AS BIGINT) = 0 OR q.id < $2) ORDER BY q.id DESC LIMIT $3`)
	qQuestionEdit  = db.Q("note/question_edit", `UPDATE lesson_questions SET body = $4, state = $5, reason = '', version = version + 1, decided_by = 0, decided_at = 0, updated_at = $6 WHERE id = $1 AND user_id = $2 AND version = $3 AND state <> 'deleted'`)
	qQuestionDrop  = db.Q("note/question_drop", `UPDATE lesson_questions SET state = 'deleted', body = '', quote = '', reason = '', version = version + 1, updated_at = $3 WHERE id = $1 AND user_id = $2 AND state <> 'deleted'`)
	qAccept        = db.Q("note/accept", `UPDATE lesson_questions SET accepted_id = $2, updated_at = $3 WHERE id = $1 AND state <> 'deleted'`)
	qCounts        = db.Q("note/question_counts", `UPDATE lesson_questions SET answers = (SELECT COUNT(*) FROM lesson_answers a WHERE a.question_id = $1 AND a.state = 'shown'),
		staff_answers = (SELECT COUNT(*) FROM lesson_answers a WHERE a.question_id = $1 AND a.state = 'shown' AND a.staff_id > 0),
		accepted_id = CASE WHEN EXISTS (SELECT 1 FROM lesson_answers a WHERE a.id = lesson_questions.accepted_id AND a.question_id = $1 AND a.state = 'shown') THEN accepted_id ELSE 0 END WHERE id = $1`)

	// Those without an answer of the school's first, the oldest of them first of all.
	qDesk = db.Q("note/desk", `SELECT * FROM (SELECT CASE WHEN q.staff_answers = 0 AND q.accepted_id = 0 THEN 0 ELSE 1 END AS done, `+questionNamed+`
		WHERE q.state IN ('pending', 'shown') AND (CAST($1 AS BIGINT) = 0 OR c.instructor_id = $1) AND (CAST($2 AS BIGINT) = 0 OR q.course_id = $2)) x
		WHERE (CAST($3 AS TEXT) = '' OR x.done = CASE WHEN $3 = 'waiting' THEN 0 ELSE 1 END) AND (x.done > $4 OR x.done = $4 AND x.id > $5) ORDER BY x.done, x.id LIMIT $6`)

	qReply     = db.Q("note/answer", `INSERT INTO lesson_answers (id, question_id, user_id, staff_id, staff_name, body, state, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`)
	qReplyOne  = db.Q("note/answer_one", `SELECT `+answerColumns+` FROM lesson_answers a WHERE a.id = $1`)
	qReplyEdit = db.Q("note/answer_edit", `UPDATE lesson_answers SET body = $5, state = $6, reason = '', version = version + 1, decided_by = 0, decided_at = 0, updated_at = $7 WHERE id = $1 AND user_id = $2 AND staff_id = $3 AND version = $4`)
	qReplyDrop = db.Q("note/answer_drop", `DELETE FROM lesson_answers WHERE id = $1 AND user_id = $2 AND staff_id = $3`)
	// The accepted one first, then the school's, then by thumbs.
	qReplies = db.Q("note/answers", `SELECT `+answerColumns+`, COALESCE(u.nickname, '') AS nickname, CASE WHEN EXISTS (SELECT 1 FROM note_likes k WHERE k.what = 'answer' AND k.target_id = a.id AND k.user_id = $2) THEN 1 ELSE 0 END AS liked
		FROM lesson_answers a JOIN lesson_questions q ON q.id = a.question_id LEFT JOIN users u ON u.id = a.user_id WHERE a.question_id = $1 AND (a.state = 'shown' OR a.user_id = $2 AND a.user_id > 0)
		ORDER BY CASE WHEN a.id = q.accepted_id THEN 0 WHEN a.staff_id > 0 THEN 1 ELSE 2 END, a.likes DESC, a.id LIMIT 200`)
	qRepliesAll = db.Q("note/answers_all", `SELECT `+answerNamed+` WHERE a.question_id = $1 ORDER BY a.id LIMIT 500`)
	qReplyCount = db.Q("note/answers_by", `SELECT COUNT(*) FROM lesson_answers WHERE question_id = $1 AND user_id = $2`)

	// What is to be looked at, of all sorts, the oldest first.
	qQueue = db.Q("note/queue", `SELECT x.what, x.id, x.user_id, x.nickname, x.course_id, x.lesson_id, x.question_id, x.course_title, x.lesson_title, x.quote, x.body, x.about, x.state, x.reason, x.version, x.updated_at FROM (
			SELECT 'note' AS what, n.id, n.user_id, u.nickname, n.course_id, n.lesson_id, CAST(0 AS BIGINT) AS question_id, c.title AS course_title, l.title AS lesson_title, n.quote, n.body, '' AS about, n.state, n.reason, n.version, n.updated_at, c.instructor_id
			FROM notes n JOIN users u ON u.id = n.user_id JOIN courses c ON c.id = n.course_id JOIN lessons l ON l.id = n.lesson_id WHERE n.state = $1 AND n.state <> 'private'
			UNION ALL SELECT 'question', q.id, q.user_id, u.nickname, q.course_id, q.lesson_id, q.id, c.title, l.title, q.quote, q.body, '', q.state, q.reason, q.version, q.updated_at, c.instructor_id
			FROM lesson_questions q JOIN users u ON u.id = q.user_id JOIN courses c ON c.id = q.course_id JOIN lessons l ON l.id = q.lesson_id WHERE q.state = $1
			UNION ALL SELECT 'answer', a.id, a.user_id, COALESCE(u.nickname, a.staff_name), q.course_id, q.lesson_id, q.id, c.title, l.title, '', a.body, q.body, a.state, a.reason, a.version, a.updated_at, c.instructor_id
			FROM lesson_answers a JOIN lesson_questions q ON q.id = a.question_id LEFT JOIN users u ON u.id = a.user_id JOIN courses c ON c.id = q.course_id JOIN lessons l ON l.id = q.lesson_id WHERE a.state = $1 AND q.state <> 'deleted') x
		WHERE (CAST($2 AS BIGINT) = 0 OR x.instructor_id = $2) AND (CAST($3 AS BIGINT) = 0 OR x.course_id = $3) AND (CAST($4 AS TEXT) = '' OR x.what = $4) AND (CAST($5 AS BIGINT) = 0 OR x.id > $5) ORDER BY x.id LIMIT $6`)
	qDecideNote     = db.Q("note/decide_note", `UPDATE notes SET state = $3, reason = $4, decided_by = $5, decided_at = $6 WHERE id = $1 AND version = $2 AND state IN ('pending', 'shown', 'hidden') AND state <> $3`)
	qDecideQuestion = db.Q("note/decide_question", `UPDATE lesson_questions SET state = $3, reason = $4, decided_by = $5, decided_at = $6 WHERE id = $1 AND version = $2 AND state IN ('pending', 'shown', 'hidden') AND state <> $3`)
	qDecideReply    = db.Q("note/decide_answer", `UPDATE lesson_answers SET state = $3, reason = $4, decided_by = $5, decided_at = $6 WHERE id = $1 AND version = $2 AND state IN ('pending', 'shown', 'hidden') AND state <> $3`)
	qCourseOf       = db.Q("note/course_within", `SELECT COUNT(*) FROM courses c WHERE c.id = $1 AND (CAST($2 AS BIGINT) = 0 OR c.instructor_id = $2)`)
	qLessonTitle    = db.Q("note/lesson_title", `SELECT title FROM lessons WHERE id = $1`)
)
