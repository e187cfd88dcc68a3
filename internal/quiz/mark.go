package quiz

import (
	"context"
	"fmt"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/text"
)

// AttemptLine is an attempt in a list.
type AttemptLine struct {
	Attempt
	Nickname string
}

// Attempts lists the attempts at a quiz whose course is within scope, newest first.
// Returns catalog.ErrLessonGone, catalog.ErrCourseGone.
func (s *Service) Attempts(ctx context.Context, scope, lessonID int64, state string, before int64, limit int) ([]AttemptLine, error) {
	if _, err := s.Mine(ctx, scope, lessonID); err != nil {
		return nil, err
	}
	var rows []AttemptLine
	err := s.db.List(ctx, qAttempts, &rows, lessonID, state, before, limit)
	return rows, err
}

// Marked is an attempt before its marker, with everything.
type Marked struct {
	Attempt
	Nickname string
	Answers  []Answer
}

// ForMarking returns an attempt within scope. Returns ErrAttemptGone.
func (s *Service) ForMarking(ctx context.Context, scope, attemptID int64) (Marked, error) {
	var row attemptRow
	var m Marked
	if err := s.db.Get(ctx, qAttempt, &row, attemptID); err != nil {
		return m, none(err, ErrAttemptGone)
	}
	if _, err := s.Mine(ctx, scope, row.LessonID); err != nil {
		return m, ErrAttemptGone
	}
	a, err := row.attempt()
	if err != nil {
		return m, err
	}
	m.Attempt = a
	if err := s.db.Get(ctx, qNickname, &m.Nickname, a.UserID); err != nil {
		return m, err
	}
	err = s.db.List(ctx, qAnswers, &m.Answers, attemptID)
	return m, err
}

// Mark is what a person gives a short answer.
type Mark struct {
	No         int64
	ScoreCenti int64
	Comment    string
}

// Mark scores short answers of an attempt within scope. With the last of them the
// attempt is submitted; marks may be corrected later, but a quiz that was passed
// stays passed. Returns ErrMark, ErrAttemptGone.
func (s *Service) Mark(ctx context.Context, scope, attemptID int64, marks []Mark) error {
	for i, m := range marks {
		if marks[i].Comment = text.Lines(m.Comment); utf8.RuneCountInString(marks[i].Comment) > 500 {
			return ErrMark.Field("comment", "评语不超过 500 个字")
		}
	}
	var found attemptRow
	if err := s.db.Get(ctx, qAttempt, &found, attemptID); err != nil {
		return none(err, ErrAttemptGone)
	}
	if _, err := s.Mine(ctx, scope, found.LessonID); err != nil {
		return ErrAttemptGone
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := s.attempt(ctx, tx, qAttemptLock, found.UserID, attemptID)
		if err != nil {
			return err
		}
		by, now := audit.ActorOf(ctx).ID, clock.MS(s.clock)
		for _, m := range marks {
			n, err := tx.Exec(ctx, qMark, attemptID, m.No, m.ScoreCenti, m.Comment, by, now)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrMark.Field("score_centi", fmt.Sprintf("第 %d 题：分数要在 0 和满分之间，而且是待批改的简答题", m.No))
			}
		}
		return s.total(ctx, tx, a)
	})
}

// total adds an attempt's answers up after marking.
func (s *Service) total(ctx context.Context, tx *db.Tx, a Attempt) error {
	var sum struct{ ScoreCenti, Open int64 }
	if err := tx.Get(ctx, qSum, &sum, a.ID); err != nil {
		return err
	}
	was, state, before := a.Passed, a.State, a.ScoreCenti
	a.ScoreCenti = sum.ScoreCenti
	if sum.Open == 0 {
		if state == ToMark {
			state = Submitted
		}
		a.Passed = was || a.passes()
	}
	if err := tx.Sure(ctx, qTotal, a.ID, state, a.ScoreCenti, a.Passed); err != nil {
		return err
	}
	if a.Passed && !was {
		if err := s.passed(ctx, tx, a); err != nil {
			return err
		}
	}
	return audit.Write(ctx, tx, s.clock, "quiz.mark", fmt.Sprintf("attempt:%d", a.ID), before, a.ScoreCenti, "")
}

// Stat is what the answers say about a question.
type Stat struct {
	QuestionID int64
	N          int64 // answers
	Difficulty int64 // ‰ of what could be had: low means hard
	UpperN     int64 // answers of the best 27 % …
	LowerN     int64 // … and of the weakest
	Upper      int64 // ‰ of what could be had, by the best
	Lower      int64 // ‰ … by the weakest
}

// Discrimination is how much better the best 27 % did than the weakest 27 %, ‰:
// below 200 a question hardly tells them apart, below 0 it tells them apart wrongly.
// ok is false while a group is empty.
func (s Stat) Discrimination() (permille int64, ok bool) {
	return s.Upper - s.Lower, s.UpperN > 0 && s.LowerN > 0
}

// Stats analyses the questions of a quiz within scope by first attempts alone: later
// ones have seen the answers. Questions that are gone from the bank are left out.
func (s *Service) Stats(ctx context.Context, scope, lessonID int64) ([]Stat, map[int64]Question, error) {
	if _, err := s.Mine(ctx, scope, lessonID); err != nil {
		return nil, nil, err
	}
	var rows []Stat
	if err := s.db.List(ctx, qStats, &rows, lessonID); err != nil {
		return nil, nil, err
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.QuestionID
	}
	found, err := s.questions(ctx, s.db, ids)
	return rows, found, err
}
