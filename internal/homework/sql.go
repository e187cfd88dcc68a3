package homework

import (
	"strconv"
	"strings"

	"zhizhou/internal/db"
)

// mostListed is how many submissions one statement fetches the files of.
const mostListed = 51

func numbered(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = "$" + strconv.Itoa(i+1)
	}
	return strings.Join(out, ", ")
}

const columns = `s.id, s.user_id, s.lesson_id, s.course_id, s.no, s.state, s.body, s.rubric, s.most, s.pass_permille, s.score, s.passed, s.late, s.by_peers, s.points, s.comment,
	s.marked_at, s.consent, s.excellent, s.handed_at`

const taskColumns = `lesson_id, task_html, due_at, due_days, most, peers, peers_decide, pass_permille, version`

var (
	qTask     = db.Q("homework/task", `SELECT `+taskColumns+` FROM homeworks WHERE lesson_id = $1`)
	qTaskLock = db.Q("homework/task_lock", `SELECT `+taskColumns+` FROM homeworks WHERE lesson_id = $1 /*for_update*/`)
	qTaskSave = db.Q("homework/task_save", `INSERT INTO homeworks (lesson_id, task_html, due_at, due_days, most, peers, peers_decide, pass_permille, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $10)
		ON CONFLICT (lesson_id) DO UPDATE SET task_html = $2, due_at = $3, due_days = $4, most = $5, peers = $6, peers_decide = $7, pass_permille = $8, version = homeworks.version + 1, updated_at = $10 WHERE homeworks.version = $9`)
	qRows     = db.Q("homework/rows", `SELECT title, note, points FROM homework_rows WHERE lesson_id = $1 ORDER BY position`)
	qRowEmpty = db.Q("homework/row_empty", `DELETE FROM homework_rows WHERE lesson_id = $1`)
	qRowAdd   = db.Q("homework/row_add", `INSERT INTO homework_rows (lesson_id, position, title, note, points) VALUES ($1, $2, $3, $4, $5)`)

	qInsert = db.Q("homework/insert", `INSERT INTO submissions (id, user_id, lesson_id, course_id, no, state, body, rubric, most, pass_permille, late, consent, handed_at)
		VALUES ($1, $2, $3, $4, $5, 'handed_in', $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`)
	qOne     = db.Q("homework/one", `SELECT `+columns+` FROM submissions s WHERE s.id = $1`)
	qLock    = db.Q("homework/lock", `SELECT `+columns+` FROM submissions s WHERE s.id = $1 /*for_update*/`)
	qOwn     = db.Q("homework/own", `SELECT `+columns+` FROM submissions s WHERE s.user_id = $1 AND s.lesson_id = $2 ORDER BY s.no DESC`)
	qQueue   = db.Q("homework/queue", `SELECT `+columns+`, u.nickname FROM submissions s JOIN users u ON u.id = s.user_id WHERE s.lesson_id = $1 AND ($2 = '' OR s.state = $2) AND (CAST($3 AS BIGINT) = 0 OR s.id < $3) ORDER BY s.id DESC LIMIT $4`)
	qShown   = db.Q("homework/shown", `SELECT `+columns+` FROM submissions s WHERE s.lesson_id = $1 AND s.excellent AND s.consent AND s.state = 'marked' ORDER BY s.id DESC LIMIT 50`)
	qConsent = db.Q("homework/consent", `UPDATE submissions SET consent = $3 WHERE id = $1 AND user_id = $2`)
	qMark    = db.Q("homework/mark", `UPDATE submissions SET state = $2, score = $3, passed = $4, points = $5, comment = $6, excellent = $7, marked_by = $8, marked_at = $9, by_peers = $10 WHERE id = $1 AND state IN ('handed_in', 'marked')`)
	qTitle   = db.Q("homework/title", `SELECT title FROM lessons WHERE id = $1`)

	qFileInsert = db.Q("homework/file_insert", `INSERT INTO submission_files (id, user_id, lesson_id, name, blob_key, bytes, mime, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qFileDrafts = db.Q("homework/file_drafts", `SELECT COUNT(*) FROM submission_files WHERE user_id = $1 AND lesson_id = $2 AND submission_id = 0`)
	qFileAttach = db.Q("homework/file_attach", `UPDATE submission_files SET submission_id = $4 WHERE id = $1 AND user_id = $2 AND lesson_id = $3 AND submission_id = 0`)
	// What was handed in is never deleted, so both rows may name one stored file.
	qFileAgain = db.Q("homework/file_again", `INSERT INTO submission_files (id, user_id, lesson_id, submission_id, name, blob_key, bytes, mime, created_at)
		SELECT $5, f.user_id, f.lesson_id, $4, f.name, f.blob_key, f.bytes, f.mime, $6 FROM submission_files f
		WHERE f.id = $1 AND f.user_id = $2 AND f.lesson_id = $3 AND f.submission_id > 0 AND f.submission_id <> $4`)
	qFileDrop = db.Q("homework/file_drop", `UPDATE submission_files SET submission_id = -1 WHERE id = $1 AND user_id = $2 AND submission_id = 0`)
	qFile     = db.Q("homework/file", `SELECT id, user_id, lesson_id, submission_id, name, blob_key, bytes, mime FROM submission_files WHERE id = $1 AND submission_id >= 0`)
	qFiles    = db.Q("homework/files", `SELECT id, user_id, lesson_id, submission_id, name, blob_key, bytes, mime FROM submission_files WHERE submission_id > 0 AND submission_id IN (`+numbered(mostListed)+`) ORDER BY id`)

	// Work that still wants reviews, least reviewed first, then oldest: so they spread evenly.
	qToReview = db.Q("homework/to_review", `SELECT s.id FROM submissions s WHERE s.lesson_id = $1 AND s.user_id <> $2 AND s.state = 'handed_in'
		AND NOT EXISTS (SELECT 1 FROM peer_reviews p JOIN submissions o ON o.id = p.submission_id WHERE p.reviewer_id = $2 AND o.user_id = s.user_id AND o.lesson_id = s.lesson_id)
		ORDER BY (SELECT COUNT(*) FROM peer_reviews p WHERE p.submission_id = s.id), s.id LIMIT $3`)
	qGiven      = db.Q("homework/given", `SELECT COUNT(*) FROM peer_reviews WHERE reviewer_id = $1 AND lesson_id = $2`)
	qReviewGive = db.Q("homework/review_give", `INSERT INTO peer_reviews (id, submission_id, reviewer_id, lesson_id, given_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`)
	qReview     = db.Q("homework/review", `SELECT id, submission_id, reviewer_id, lesson_id, points, score, comment, done_at FROM peer_reviews WHERE id = $1`)
	qReviewsBy  = db.Q("homework/reviews_by", `SELECT id, submission_id, reviewer_id, lesson_id, points, score, comment, done_at FROM peer_reviews WHERE reviewer_id = $1 AND lesson_id = $2 ORDER BY id`)
	qReviewsOf  = db.Q("homework/reviews_of", `SELECT id, submission_id, reviewer_id, lesson_id, points, score, comment, done_at FROM peer_reviews WHERE submission_id = $1 AND done_at > 0 ORDER BY id`)
	qReviewDone = db.Q("homework/review_done", `UPDATE peer_reviews SET points = $3, score = $4, comment = $5, done_at = $6 WHERE id = $1 AND reviewer_id = $2 AND done_at = 0`)
	qReviewing  = db.Q("homework/reviewing", `SELECT COUNT(*) FROM peer_reviews WHERE submission_id = $1 AND reviewer_id = $2`)
	qWaiting    = db.Q("homework/waiting", `SELECT DISTINCT s.user_id FROM submissions s WHERE s.lesson_id = $1 AND s.user_id <> $2
		AND (SELECT COUNT(*) FROM peer_reviews p WHERE p.reviewer_id = s.user_id AND p.lesson_id = $1) < $3 ORDER BY s.user_id LIMIT 3`)
	qMergeOpen   = db.Q("homework/merge_open", `UPDATE submissions SET state = 'returned' WHERE user_id = $1 AND state = 'handed_in' AND EXISTS (SELECT 1 FROM submissions o WHERE o.user_id = $2 AND o.lesson_id = submissions.lesson_id AND o.state = 'handed_in')`)
	qMerge       = db.Q("homework/merge", `UPDATE submissions SET user_id = $2, no = no + (SELECT CAST(COALESCE(MAX(o.no), 0) AS BIGINT) FROM submissions o WHERE o.user_id = $2 AND o.lesson_id = submissions.lesson_id) WHERE user_id = $1`)
	qMergeFiles  = db.Q("homework/merge_files", `UPDATE submission_files SET user_id = $2 WHERE user_id = $1`)
	qMergeOwn    = db.Q("homework/merge_own", `DELETE FROM peer_reviews WHERE reviewer_id = $1 AND submission_id IN (SELECT p.submission_id FROM peer_reviews p WHERE p.reviewer_id = $2 UNION SELECT s.id FROM submissions s WHERE s.user_id IN ($1, $2))`)
	qMergeSelf   = db.Q("homework/merge_self", `DELETE FROM peer_reviews WHERE reviewer_id = $2 AND submission_id IN (SELECT s.id FROM submissions s WHERE s.user_id IN ($1, $2))`)
	qMergeReview = db.Q("homework/merge_review", `UPDATE peer_reviews SET reviewer_id = $2 WHERE reviewer_id = $1`)
)
