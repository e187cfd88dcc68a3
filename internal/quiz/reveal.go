package quiz

import (
	"context"

	"zhizhou/internal/db"
)

// busy returns the questions of the user's open attempts: nothing may tell what is
// right about them.
func (s *Service) busy(ctx context.Context, r db.Reader, userID int64) (map[int64]bool, error) {
	var rows []attemptRow
	if err := r.List(ctx, qOpenOf, &rows, userID); err != nil {
		return nil, err
	}
	out := map[int64]bool{}
	for _, row := range rows {
		a, err := row.attempt()
		if err != nil {
			return nil, err
		}
		for _, it := range a.Sheet.Items {
			out[it.QuestionID] = true
		}
	}
	return out, nil
}

// Answer is what became of one answer of an attempt.
type Answer struct {
	No         int64
	QuestionID int64
	State      string // scored, to_mark or marked
	ScoreCenti int64
	MaxCenti   int64
	Comment    string
}

// Result is a closed attempt with what its user may know of it now.
type Result struct {
	Attempt
	Told    bool // single answers are told
	Answers []Answer
	Right   map[int]bool // numbers whose right answer may be shown
}

// Result tells what may be known of a closed attempt: everything, or totals alone
// until the quiz is passed, or totals for good; and never what is right about a
// question that an open attempt asks.
func (s *Service) Result(ctx context.Context, a Attempt) (Result, error) {
	out := Result{Attempt: a, Right: map[int]bool{}}
	if a.Open() || a.Sheet.ShowAnswers == ShowNever {
		return out, nil
	}
	if a.Sheet.ShowAnswers == ShowPassed {
		ok, err := s.Passed(ctx, s.db, a.UserID, a.LessonID)
		if err != nil || !ok {
			return out, err
		}
	}
	busy, err := s.busy(ctx, s.db, a.UserID)
	if err != nil {
		return out, err
	}
	out.Told = true
	for i, it := range a.Sheet.Items {
		out.Right[i+1] = !busy[it.QuestionID]
	}
	err = s.db.List(ctx, qAnswers, &out.Answers, a.ID)
	return out, err
}
