package quiz

import (
	"context"
	"errors"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// Wrong is a question of somebody's wrong-question book.
type Wrong struct {
	ID          int64
	LessonID    int64
	LessonTitle string
	CourseID    int64
	CourseTitle string
	Times       int64
	MissedAt    int64
	Item        Item
	Reveal      bool // what is right may be shown
}

type wrongRow struct {
	questionRow
	WrongID     int64
	LessonID    int64
	LessonTitle string
	CourseID    int64
	CourseTitle string
	Times       int64
	MissedAt    int64
	ShowAnswers string
	Passed      bool
}

// Wrongs lists the questions that the user missed and has not mastered since, newest
// first; before is the id of the last one seen, courseID 0 any. It returns the rows
// that the user may open, and the id to go on from, 0 at the end.
func (s *Service) Wrongs(ctx context.Context, userID, courseID, before int64, limit int) ([]Wrong, int64, error) {
	var rows []wrongRow
	if err := s.db.List(ctx, qWrongs, &rows, userID, courseID, before, limit+1); err != nil {
		return nil, 0, err
	}
	next := int64(0)
	if len(rows) > limit {
		rows, next = rows[:limit], rows[limit-1].WrongID
	}
	busy, err := s.busy(ctx, s.db, userID)
	if err != nil {
		return nil, 0, err
	}
	may := map[int64]bool{}
	var out []Wrong
	for _, r := range rows {
		allowed, asked := may[r.LessonID]
		if !asked {
			_, err := s.access.Open(ctx, s.catalog, userID, r.LessonID)
			if err != nil && !errors.Is(err, access.ErrLocked) && !errors.Is(err, catalog.ErrLessonGone) {
				return nil, 0, err
			}
			allowed = err == nil
			may[r.LessonID] = allowed
		}
		if !allowed {
			continue
		}
		w, err := r.wrong(userID)
		if err != nil {
			return nil, 0, err
		}
		w.Reveal = w.Reveal && !busy[w.Item.QuestionID]
		out = append(out, w)
	}
	return out, next, nil
}

func (r wrongRow) wrong(userID int64) (Wrong, error) {
	q, err := r.question()
	return Wrong{
		ID: r.WrongID, LessonID: r.LessonID, LessonTitle: r.LessonTitle, CourseID: r.CourseID, CourseTitle: r.CourseTitle, Times: r.Times, MissedAt: r.MissedAt,
		Item:   q.item(q.Points, false, dice(userID^q.ID)), // the same shuffling each time it is shown
		Reveal: r.ShowAnswers == ShowSubmitted || r.ShowAnswers == ShowPassed && r.Passed,
	}, err
}

// Practice answers a question of the book once more and returns whether it is right;
// it leaves the book then. Returns ErrQuestionGone, ErrReply, ErrBusy,
// catalog.ErrLessonGone, access.ErrLocked.
func (s *Service) Practice(ctx context.Context, userID, wrongID int64, r Reply) (Wrong, bool, error) {
	var row wrongRow
	if err := s.db.Get(ctx, qWrong, &row, userID, wrongID); err != nil {
		return Wrong{}, false, none(err, ErrQuestionGone)
	}
	if _, err := s.access.Open(ctx, s.catalog, userID, row.LessonID); err != nil {
		return Wrong{}, false, err
	}
	w, err := row.wrong(userID)
	if err != nil {
		return w, false, err
	}
	if err := w.Item.fits(r); err != nil {
		return w, false, err
	}
	centi, _ := w.Item.Score(r)
	right := centi == w.Item.MaxCenti()
	return w, right, s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		busy, err := s.busy(ctx, tx, userID)
		if err != nil {
			return err
		}
		if busy[w.Item.QuestionID] {
			return ErrBusy
		}
		return s.note(ctx, tx, userID, row.LessonID, w.Item.QuestionID, right, clock.MS(s.clock))
	})
}

// Forget takes a question out of the user's book. Returns ErrQuestionGone.
func (s *Service) Forget(ctx context.Context, userID, wrongID int64) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qForget, userID, wrongID, clock.MS(s.clock))
		if err == nil && n == 0 {
			err = ErrQuestionGone
		}
		return err
	})
}
