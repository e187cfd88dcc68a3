package note

import "zhizhou/internal/db"

const noteColumns = `n.id, n.user_id, n.course_id, n.lesson_id, n.kind, n.place_kind, n.place, n.quote, n.prefix, n.suffix, n.body, n.state, n.reason, n.likes, n.version, n.created_at, n.updated_at`

// released is what a lesson l must be to be for learners.
const released = `l.released_at > 0 AND l.deleted_at = 0`

const noteNamed = noteColumns + `, l.title AS lesson_title, l.form, c.title AS course_title, CASE WHEN ` + released + ` THEN 1 ELSE 0 END AS living
	FROM notes n JOIN lessons l ON l.id = n.lesson_id JOIN courses c ON c.id = n.course_id`

// found narrows a person's notes: a course, a kind, words in lower case between %.
const found = ` WHERE n.user_id = $1 AND (CAST($2 AS BIGINT) = 0 OR n.course_id = $2) AND (CAST($3 AS TEXT) = '' OR n.kind = $3)
	AND (CAST($4 AS TEXT) = '' OR LOWER(n.body) LIKE $4 ESCAPE '!' OR LOWER(n.quote) LIKE $4 ESCAPE '!' OR LOWER(l.title) LIKE $4 ESCAPE '!')`

var (
	qInsert = db.Q("note/insert", `INSERT INTO notes (id, user_id, course_id, lesson_id, kind, place_kind, place, quote, prefix, suffix, body, state, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)`)
	qOne     = db.Q("note/one", `SELECT `+noteColumns+` FROM notes n WHERE n.id = $1`)
	qOwnOf   = db.Q("note/own_of_lesson", `SELECT `+noteColumns+` FROM notes n WHERE n.user_id = $1 AND n.lesson_id = $2 ORDER BY n.id LIMIT 1000`)
	qCountOf = db.Q("note/count_of_lesson", `SELECT COUNT(*) FROM notes WHERE user_id = $1 AND lesson_id = $2`)
	qShared  = db.Q("note/shared", `SELECT `+noteColumns+`, u.nickname, CASE WHEN EXISTS (SELECT 1 FROM note_likes k WHERE k.what = 'note' AND k.target_id = n.id AND k.user_id = $2) THEN 1 ELSE 0 END AS liked
		FROM notes n JOIN users u ON u.id = n.user_id WHERE n.lesson_id = $1 AND n.state = 'shown' AND n.user_id <> $2
		AND (CAST($4 AS BIGINT) = 0 OR n.likes < $3 OR n.likes = $3 AND n.id < $4) ORDER BY n.likes DESC, n.id DESC LIMIT $5`)
	qUpdate = db.Q("note/update", `UPDATE notes SET kind = 'note', body = $4, state = $5, reason = '', likes = CASE WHEN $5 = 'private' THEN 0 ELSE likes END, version = version + 1, decided_by = 0, decided_at = 0, updated_at = $6
		WHERE id = $1 AND user_id = $2 AND version = $3`)
	qDelete   = db.Q("note/delete", `DELETE FROM notes WHERE id = $1 AND user_id = $2`)
	qMine     = db.Q("note/mine", `SELECT `+noteNamed+found+` AND (CAST($5 AS BIGINT) = 0 OR n.id < $5) ORDER BY n.id DESC LIMIT $6`)
	qExport   = db.Q("note/export", `SELECT `+noteNamed+found+` ORDER BY n.course_id, n.lesson_id, n.place, n.id LIMIT $5`)
	qMyCourse = db.Q("note/my_courses", `SELECT n.course_id, c.title, COUNT(*) AS n FROM notes n JOIN courses c ON c.id = n.course_id WHERE n.user_id = $1 GROUP BY n.course_id, c.title ORDER BY MAX(n.id) DESC LIMIT 500`)

	// Nothing happens when this minute or this day is full: the row count decides.
	qWrite = db.Q("note/write", `INSERT INTO note_writers (user_id, kind, minute, in_minute, day, in_day) VALUES ($1, $2, $3, 1, $4, 1)
		ON CONFLICT (user_id, kind) DO UPDATE SET minute = $3, day = $4, in_minute = CASE WHEN note_writers.minute = $3 THEN note_writers.in_minute + 1 ELSE 1 END,
			in_day = CASE WHEN note_writers.day = $4 THEN note_writers.in_day + 1 ELSE 1 END
		WHERE NOT (note_writers.minute = $3 AND note_writers.in_minute >= $5) AND NOT (note_writers.day = $4 AND note_writers.in_day >= $6)`)

	qLike       = db.Q("note/like", `INSERT INTO note_likes (what, target_id, user_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`)
	qUnlike     = db.Q("note/unlike", `DELETE FROM note_likes WHERE what = $1 AND target_id = $2 AND user_id = $3`)
	qUnlikeAll  = db.Q("note/unlike_all", `DELETE FROM note_likes WHERE what = $1 AND target_id = $2`)
	qNoteLikes  = db.Q("note/note_likes", `UPDATE notes SET likes = likes + $2 WHERE id = $1 AND state = 'shown'`)
	qReplyLikes = db.Q("note/answer_likes", `UPDATE lesson_answers SET likes = likes + $2 WHERE id = $1 AND state = 'shown'`)

	qFavour     = db.Q("note/favour", `INSERT INTO favourites (id, user_id, course_id, lesson_id, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`)
	qUnfavour   = db.Q("note/unfavour", `DELETE FROM favourites WHERE user_id = $1 AND course_id = $2 AND lesson_id = $3`)
	qUnfavourID = db.Q("note/unfavour_id", `DELETE FROM favourites WHERE id = $1 AND user_id = $2`)
	qFavoured   = db.Q("note/favoured", `SELECT COUNT(*) FROM favourites WHERE user_id = $1 AND course_id = $2 AND lesson_id = $3`)
	qFavours    = db.Q("note/favourites_count", `SELECT COUNT(*) FROM favourites WHERE user_id = $1`)
	// An issue that was taken back may have another name by now: it is not told.
	qFavouriteList = db.Q("note/favourites", `SELECT f.id, f.course_id, f.lesson_id, f.created_at, c.title AS course_title, c.cover, c.scene,
			COALESCE(CASE WHEN l.released_at > 0 THEN l.title ELSE '' END, '') AS lesson_title, COALESCE(l.form, '') AS form,
			CASE WHEN c.deleted_at = 0 AND c.status = 'published' THEN 1 ELSE 0 END AS public,
			CASE WHEN c.deleted_at = 0 AND (f.lesson_id = 0 OR `+released+`) THEN 1 ELSE 0 END AS living
		FROM favourites f JOIN courses c ON c.id = f.course_id LEFT JOIN lessons l ON l.id = f.lesson_id
		WHERE f.user_id = $1 AND (CAST($2 AS TEXT) = '' OR ($2 = 'lesson') = (f.lesson_id > 0)) AND (CAST($3 AS BIGINT) = 0 OR f.id < $3) ORDER BY f.id DESC LIMIT $4`)

	qMergeLikesNotes = db.Q("note/merge_like_notes", `UPDATE notes SET likes = likes - 1 WHERE id IN (SELECT a.target_id FROM note_likes a WHERE a.what = 'note' AND a.user_id = $1
		AND (EXISTS (SELECT 1 FROM note_likes b WHERE b.what = 'note' AND b.target_id = a.target_id AND b.user_id = $2) OR a.target_id IN (SELECT x.id FROM notes x WHERE x.user_id = $2)))`)
	qMergeLikesReplies = db.Q("note/merge_like_answers", `UPDATE lesson_answers SET likes = likes - 1 WHERE id IN (SELECT a.target_id FROM note_likes a WHERE a.what = 'answer' AND a.user_id = $1
		AND (EXISTS (SELECT 1 FROM note_likes b WHERE b.what = 'answer' AND b.target_id = a.target_id AND b.user_id = $2) OR a.target_id IN (SELECT x.id FROM lesson_answers x WHERE x.user_id = $2)))`)
	qMergeLikesGone = db.Q("note/merge_like_gone", `DELETE FROM note_likes WHERE user_id = $1 AND (EXISTS (SELECT 1 FROM note_likes b WHERE b.what = note_likes.what AND b.target_id = note_likes.target_id AND b.user_id = $2)
		OR what = 'note' AND target_id IN (SELECT x.id FROM notes x WHERE x.user_id = $2) OR what = 'answer' AND target_id IN (SELECT x.id FROM lesson_answers x WHERE x.user_id = $2))`)
	// The other way round: what the one who stays had liked of the one who goes.
	qMergeOwnNotes    = db.Q("note/merge_own_notes", `UPDATE notes SET likes = likes - 1 WHERE user_id = $1 AND id IN (SELECT b.target_id FROM note_likes b WHERE b.what = 'note' AND b.user_id = $2)`)
	qMergeOwnReplies  = db.Q("note/merge_own_answers", `UPDATE lesson_answers SET likes = likes - 1 WHERE user_id = $1 AND id IN (SELECT b.target_id FROM note_likes b WHERE b.what = 'answer' AND b.user_id = $2)`)
	qMergeOwnGone     = db.Q("note/merge_own_gone", `DELETE FROM note_likes WHERE user_id = $2 AND (what = 'note' AND target_id IN (SELECT x.id FROM notes x WHERE x.user_id = $1) OR what = 'answer' AND target_id IN (SELECT x.id FROM lesson_answers x WHERE x.user_id = $1))`)
	qMergeLikes       = db.Q("note/merge_likes", `UPDATE note_likes SET user_id = $2 WHERE user_id = $1`)
	qMergeNotes       = db.Q("note/merge_notes", `UPDATE notes SET user_id = $2 WHERE user_id = $1`)
	qMergeQuestions   = db.Q("note/merge_questions", `UPDATE lesson_questions SET user_id = $2 WHERE user_id = $1`)
	qMergeReplies     = db.Q("note/merge_answers", `UPDATE lesson_answers SET user_id = $2 WHERE user_id = $1`)
	qMergeFavours     = db.Q("note/merge_favourites", `UPDATE favourites SET user_id = $2 WHERE user_id = $1 AND NOT EXISTS (SELECT 1 FROM favourites o WHERE o.user_id = $2 AND o.course_id = favourites.course_id AND o.lesson_id = favourites.lesson_id)`)
	qMergeFavoursGone = db.Q("note/merge_favourites_gone", `DELETE FROM favourites WHERE user_id = $1`)
	qMergeWritersGone = db.Q("note/merge_writers", `DELETE FROM note_writers WHERE user_id = $1`)
	mergeTwo          = []*db.Stmt{qMergeLikesNotes, qMergeLikesReplies, qMergeLikesGone, qMergeOwnNotes, qMergeOwnReplies, qMergeOwnGone, qMergeLikes, qMergeNotes, qMergeQuestions, qMergeReplies, qMergeFavours}
	mergeOne          = []*db.Stmt{qMergeFavoursGone, qMergeWritersGone}
)
