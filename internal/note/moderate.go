package note

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// Case is a text before the people who look at texts.
type Case struct {
	What        string // Note, Question, Answer or Rating
	ID          int64
	UserID      int64
	Nickname    string
	CourseID    int64
	LessonID    int64
	QuestionID  int64 // of a question and of an answer
	CourseTitle string
	LessonTitle string
	Quote       string
	Body        string
	About       string // of an answer: the question; of a rating: its stars
	State       string
	Reason      string
	Version     int64
	UpdatedAt   int64
}

// Sift narrows what staff look at.
type Sift struct {
	InstructorID int64 // 0: the courses of all
	CourseID     int64 // 0: all
	What         string
	State        string // Pending, Shown or Hidden
}

// Cases pages what learners wrote for others, the oldest first, after an id.
func (s *Service) Cases(ctx context.Context, f Sift, after int64, limit int) ([]Case, error) {
	var rows []Case
	err := s.db.List(ctx, qQueue, &rows, f.State, f.InstructorID, f.CourseID, f.What, after, limit)
	return rows, err
}

// Choice names a text as it was read: one that was changed since is not decided.
type Choice struct {
	What    string
	ID      int64
	Version int64
}

// Decide shows texts of an instructor's courses (0: of all) to others, or hides them; their
// authors are told why. It returns how many were decided: one that changed, is gone or
// is so already is left alone. Returns ErrReason.
func (s *Service) Decide(ctx context.Context, instructorID int64, choices []Choice, show bool, reason string) (int, error) {
	return Each(ctx, s.db, choices, show, reason, func(ctx context.Context, tx *db.Tx, c Choice, state, reason string) (bool, error) {
		return s.decideOne(ctx, tx, instructorID, c, state, reason)
	})
}

// Each decides choices one after another, in the order of their ids, in one transaction;
// one tells whether it changed anything. Hiding needs a reason. Returns how many were
// decided, and ErrReason.
func Each(ctx context.Context, d *db.DB, choices []Choice, show bool, reason string, one func(ctx context.Context, tx *db.Tx, c Choice, state, reason string) (bool, error)) (int, error) {
	state := Hidden
	if reason = text.Line(reason); show {
		state, reason = Shown, ""
	} else if n := utf8.RuneCountInString(reason); n == 0 || n > 200 {
		return 0, ErrReason.Field("reason", "请写 1–200 个字")
	}
	choices = slices.Clone(choices)
	slices.SortFunc(choices, func(a, b Choice) int { return cmp.Compare(a.ID, b.ID) })
	done := 0
	err := d.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		done = 0
		for _, c := range choices {
			ok, err := one(ctx, tx, c, state, reason)
			if err != nil {
				return err
			}
			if ok {
				done++
			}
		}
		return nil
	})
	return done, err
}

func (s *Service) decideOne(ctx context.Context, tx *db.Tx, instructorID int64, c Choice, state, reason string) (bool, error) {
	var (
		author, course int64
		was            string
		q              Asked
		r              Reply
		stmt           *db.Stmt
		err            error
	)
	n := News{Kind: "hidden", What: c.What, ID: c.ID, Body: reason, Version: c.Version}
	switch c.What {
	case Note:
		var m Mark
		err = tx.Get(ctx, qOne, &m, c.ID)
		author, course, was, n.LessonID, stmt = m.UserID, m.CourseID, m.State, m.LessonID, qDecideNote
	case Question:
		q, err = lock(ctx, tx, c.ID)
		author, course, was, n.LessonID, n.QuestionID, stmt = q.UserID, q.CourseID, q.State, q.LessonID, q.ID, qDecideQuestion
	case Answer:
		if err = tx.Get(ctx, qReplyOne, &r, c.ID); err == nil {
			q, err = lock(ctx, tx, r.QuestionID)
		}
		author, course, was, n.LessonID, n.QuestionID, stmt = r.UserID, q.CourseID, r.State, q.LessonID, q.ID, qDecideReply
	default:
		return false, nil
	}
	if missing(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if ok, err := s.teaches(ctx, tx, instructorID, course); err != nil || !ok {
		return false, err
	}
	by := audit.ActorOf(ctx).ID
	if k, err := tx.Exec(ctx, stmt, c.ID, c.Version, state, reason, by, s.now()); err != nil || k == 0 {
		return false, err
	}
	if c.What == Answer {
		r.State = state
		if err := s.settled(ctx, tx, q, r); err != nil {
			return false, err
		}
	}
	if err := audit.Write(ctx, tx, s.clock, "moderation."+state, fmt.Sprintf("%s:%d", targets[c.What], c.ID), was, state, reason); err != nil {
		return false, err
	}
	if state == Hidden && author != 0 {
		n.UserID = author
		return true, s.news(ctx, tx, n)
	}
	return true, nil
}

// targets are what the log calls them.
var targets = map[string]string{Note: "note", Question: "lesson_question", Answer: "lesson_answer"}

func missing(err error) bool { return errors.Is(err, db.ErrNone) || errors.Is(err, ErrQuestion) }

// teaches reports whether a course is one of an instructor's (0: of anybody's).
func (s *Service) teaches(ctx context.Context, r db.Reader, instructorID, courseID int64) (bool, error) {
	var n int64
	err := r.Get(ctx, qCourseOf, &n, courseID, instructorID)
	return n > 0, err
}

// Desk pages the questions of an instructor's courses (0: of all): those that wait for
// the school first, the oldest of them first, after the keys (done, id) of the last
// one. which is "waiting", "done" or "" for both.
func (s *Service) Desk(ctx context.Context, instructorID, courseID int64, which string, after []int64, limit int) ([]Asked, error) {
	if len(after) == 0 {
		after = []int64{0, 0}
	}
	var rows []Asked
	err := s.db.List(ctx, qDesk, &rows, instructorID, courseID, which, after[0], after[1], limit)
	return rows, err
}

// QuestionFor returns a question of an instructor's courses (0: of all) with all its
// answers. Returns ErrQuestion.
func (s *Service) QuestionFor(ctx context.Context, instructorID, questionID int64) (Asked, []Reply, error) {
	q, err := s.question(ctx, questionID)
	if err != nil {
		return q, nil, err
	}
	if ok, err := s.teaches(ctx, s.db, instructorID, q.CourseID); err != nil || !ok {
		return q, nil, orElse(err, ErrQuestion)
	}
	var rows []Reply
	err = s.db.List(ctx, qRepliesAll, &rows, questionID)
	return q, rows, err
}

// AnswerFor answers a question as the school; it is shown at once. name is what learners
// see. Returns ErrNote, ErrQuestion.
func (s *Service) AnswerFor(ctx context.Context, instructorID, staffID int64, name string, questionID int64, body string) error {
	if _, _, err := s.QuestionFor(ctx, instructorID, questionID); err != nil {
		return err
	}
	body, err := written(body)
	if err != nil {
		return err
	}
	r := Reply{ID: id.New(), QuestionID: questionID, StaffID: staffID, StaffName: name, Body: body, State: Shown, CreatedAt: s.now()}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.reply(ctx, tx, r); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "answer.create", fmt.Sprintf("lesson_question:%d", questionID), "", fmt.Sprintf("lesson_answer:%d", r.ID), "")
	})
}

// EditAnswerFor changes an answer of the same member of staff. Returns ErrNote,
// ErrAnswer, ErrChanged.
func (s *Service) EditAnswerFor(ctx context.Context, instructorID, staffID, answerID, version int64, body string) error {
	r, err := s.replyOf(ctx, 0, staffID, answerID)
	if err != nil {
		return err
	}
	if _, _, err := s.QuestionFor(ctx, instructorID, r.QuestionID); err != nil {
		return ErrAnswer
	}
	before := r.Body
	if r.Body, err = written(body); err != nil {
		return err
	}
	// What somebody hid comes back by their decision, not by an edit.
	if r.State == Hidden {
		return ErrChanged.Say("这条回答已被隐藏，请先在内容审核里恢复")
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.rewrite(ctx, tx, r, version); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "answer.edit", fmt.Sprintf("lesson_answer:%d", answerID), text.Cut(before, 100), text.Cut(r.Body, 100), "")
	})
}

// AcceptFor marks the answer that helped for the asker, or none (0). Returns
// ErrQuestion, ErrAnswer.
func (s *Service) AcceptFor(ctx context.Context, instructorID, questionID, answerID int64) error {
	if _, _, err := s.QuestionFor(ctx, instructorID, questionID); err != nil {
		return err
	}
	return s.accept(ctx, questionID, answerID)
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
