package note

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 42, Name: "thumbs of a note are not those that were given", Q: db.Q("audit/note_likes", `SELECT 'note ' || CAST(n.id AS TEXT) AS row FROM notes n
		WHERE n.likes <> (SELECT COUNT(*) FROM note_likes k WHERE k.what = 'note' AND k.target_id = n.id)`)},
	{Invariant: 42, Name: "thumbs of an answer are not those that were given", Q: db.Q("audit/answer_likes", `SELECT 'answer ' || CAST(a.id AS TEXT) AS row FROM lesson_answers a
		WHERE a.likes <> (SELECT COUNT(*) FROM note_likes k WHERE k.what = 'answer' AND k.target_id = a.id)`)},
	{Invariant: 42, Name: "thumb for what is gone or one's own", Q: db.Q("audit/like_target", `SELECT k.what || ' ' || CAST(k.target_id AS TEXT) AS row FROM note_likes k
		WHERE k.what = 'note' AND NOT EXISTS (SELECT 1 FROM notes n WHERE n.id = k.target_id AND n.user_id <> k.user_id)
		OR k.what = 'answer' AND NOT EXISTS (SELECT 1 FROM lesson_answers a WHERE a.id = k.target_id AND a.user_id <> k.user_id)`)},
	{Invariant: 42, Name: "answers of a question are counted wrongly", Q: db.Q("audit/question_answers", `SELECT 'question ' || CAST(q.id AS TEXT) AS row FROM lesson_questions q
		WHERE q.answers <> (SELECT COUNT(*) FROM lesson_answers a WHERE a.question_id = q.id AND a.state = 'shown')
		OR q.staff_answers <> (SELECT COUNT(*) FROM lesson_answers a WHERE a.question_id = q.id AND a.state = 'shown' AND a.staff_id > 0)`)},
	{Invariant: 42, Name: "accepted answer that is not shown with its question", Q: db.Q("audit/question_accepted", `SELECT 'question ' || CAST(q.id AS TEXT) AS row FROM lesson_questions q
		WHERE q.accepted_id > 0 AND NOT EXISTS (SELECT 1 FROM lesson_answers a WHERE a.id = q.accepted_id AND a.question_id = q.id AND a.state = 'shown')`)},
	{Invariant: 42, Name: "text of a learner that was hidden by nobody", Q: db.Q("audit/note_decided", `SELECT 'note ' || CAST(n.id AS TEXT) AS row FROM notes n WHERE n.state = 'hidden' AND n.decided_at = 0
		UNION ALL SELECT 'question ' || CAST(q.id AS TEXT) FROM lesson_questions q WHERE q.state = 'hidden' AND q.decided_at = 0
		UNION ALL SELECT 'answer ' || CAST(a.id AS TEXT) FROM lesson_answers a WHERE a.state = 'hidden' AND a.decided_at = 0`)},
	{Invariant: 40, Name: "note of another course than its lesson's", Q: db.Q("audit/note_course", `SELECT 'note ' || CAST(n.id AS TEXT) AS row FROM notes n JOIN lessons l ON l.id = n.lesson_id WHERE l.course_id <> n.course_id
		UNION ALL SELECT 'question ' || CAST(q.id AS TEXT) FROM lesson_questions q JOIN lessons l ON l.id = q.lesson_id WHERE l.course_id <> q.course_id`)},
}

// Audit returns every row of what learners wrote that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
